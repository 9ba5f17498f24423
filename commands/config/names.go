package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xrash/smetrics"
)

// maxName is the longest name in bytes: a label of DNS, since a child's name
// is its hostname too.
const maxName = 63

const nameRule = "a name is 1 to 63 bytes long and starts with a letter or digit; " +
	"letters, digits and . _ - ~ @ + may follow"

// reserved are the names that the network itself uses next to the children's:
// the bridge's namespace, its device, and the loopback device.
var reserved = []string{"bridge", "children", "lo"}

// CheckName returns an error that says why a name can't be that of a child, a command
// or a host; nil if it can. kind is the word for it in the message, "guest" for example; a
// "command" may have underscores in front, as vagga's hidden ones do, and a
// "command" or "hostname" may be one of the words reserved for the network
// (bridge, children, lo). Names that pass are safe as a path component and as
// an argument of a command line. The error has no position.
func CheckName(kind, name string) error {
	rest := name
	if kind == "command" {
		rest = strings.TrimLeft(name, "_")
	}
	if name == "" {
		return fmt.Errorf("a %s has an empty name; %s", kind, nameRule)
	}
	if len(name) > maxName {
		return fmt.Errorf("%s name %s is %d bytes long; %s", kind, quote(name), len(name), nameRule)
	}
	if rest == "" || !isAlnum(rune(rest[0])) || strings.ContainsFunc(rest, notNameChar) {
		return fmt.Errorf("%s name %s can't be used; %s", kind, quote(name), nameRule)
	}
	if kind != "command" && kind != "hostname" && slices.Contains(reserved, name) {
		return fmt.Errorf("%s name %s is reserved for the network itself; use another one", kind, quote(name))
	}
	return nil
}

func isAlnum(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

func notNameChar(r rune) bool {
	return !isAlnum(r) && !strings.ContainsRune("._-~@+", r)
}

// checkVariable reports why name can't be that of an environment variable: the
// kernel takes any other.
func checkVariable(name string) error {
	if strings.Contains(name, "=") {
		return fmt.Errorf("variable name %s can't be used; its value would begin at the =", quote(name))
	}
	if name == "" {
		return errors.New("a variable has an empty name; remove it or name it")
	}
	return nil
}

// suggest makes a hint of the name nearest to word, be it one of names or of
// more; where none is near, it lists names after the words of all.
func suggest(word, all string, names []string, more ...string) string {
	if n := Nearest(word, slices.Concat(names, more)); n != "" {
		return fmt.Sprintf("did you mean %s?", quote(n))
	}
	if len(names) == 0 {
		return ""
	}
	return all + " " + strings.Join(names, ", ")
}

// Nearest is the name that word was most likely meant to be, the first of
// equals, or "" where none is alike: one edit in three letters.
func Nearest(word string, names []string) string {
	best, near := "", len(word)/3+1
	if len(word) > maxName {
		return ""
	}
	for _, n := range names {
		if len(n) > maxName {
			continue
		}
		d := smetrics.WagnerFischer(strings.ToLower(word), strings.ToLower(n), 1, 1, 1)
		if d <= near && d < len(n) && (best == "" || d < near) {
			best, near = n, d
		}
	}
	return best
}

// quote writes a text from the file so that a terminal can show it, cut off
// where it would fill the screen.
func quote(text string) string {
	const most = 80
	if len(text) > most {
		return fmt.Sprintf("%q...", strings.ToValidUTF8(text[:most], ""))
	}
	return fmt.Sprintf("%q", text)
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
