package netcmd

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// A shell stands between a run and each of its children, and many shells drop
// variables whose names they could not write, such as "discovery.type" or bash's
// "BASH_FUNC_name%%". So these come to the shell under names that it passes on,
// and EnvVerb gives them their own back behind it.

// EnvVerb is the program's argument that makes it give carried variables their
// names back and become the command that follows.
const EnvVerb = "_env"

// carried is what the names begin with that a shell passes on for others.
const carried = "VAGGANET_ENV_"

// Carry renames the variables of an environment that a shell would drop, so that
// it passes them on.
func Carry(env []string) []string {
	env = slices.Clone(env)
	for i, e := range env {
		if name, value, ok := strings.Cut(e, "="); ok && isOdd(name) {
			env[i] = carrier(name) + "=" + value
		}
	}
	return env
}

// Uncarry is the opposite of Carry. Where a variable is there under its own name,
// too, the carried one counts.
func Uncarry(env []string) []string {
	var plain, own []string
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		if odd, ok := strings.CutPrefix(name, carried); ok {
			if odd, ok = oddName(odd); ok {
				own = append(own, odd+"="+value)
				continue
			}
		}
		plain = append(plain, e)
	}
	return append(plain, own...)
}

// HasOdd reports whether a shell would drop a variable of the environment.
func HasOdd(env []string) bool {
	return slices.ContainsFunc(env, func(e string) bool {
		name, _, ok := strings.Cut(e, "=")
		return ok && isOdd(name)
	})
}

func isOdd(name string) bool {
	notInName := func(r rune) bool { return r != '_' && !isAlnum(r) }
	return name != "" && ('0' <= name[0] && name[0] <= '9' || strings.ContainsFunc(name, notInName))
}

func isAlnum(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// carrier is the name under which a shell passes another one on: all but letters
// and digits are an underscore and two hexadecimal digits.
func carrier(name string) string {
	var b strings.Builder
	b.WriteString(carried)
	for _, c := range []byte(name) {
		if isAlnum(rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "_%02X", c)
		}
	}
	return b.String()
}

// oddName reads what a carrier's name has behind its beginning.
func oddName(text string) (name string, ok bool) {
	first, parts := text, strings.Split(text, "_")
	first = parts[0]
	for _, p := range parts[1:] {
		if len(p) < 2 {
			return "", false
		}
		c, err := hex.DecodeString(p[:2])
		if err != nil {
			return "", false
		}
		first += string(c) + p[2:]
	}
	return first, isOdd(first) && !strings.ContainsAny(first, "=\x00")
}

// carries reports whether a child has variables that must be carried past its
// shell.
func (r Run) carries(c Child) bool {
	return HasOdd(c.Env) || r.OddNames && !c.CleanEnv
}
