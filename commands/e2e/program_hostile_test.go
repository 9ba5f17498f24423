package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The program hostile gives names that are none to every place that takes one,
// as the user that it runs as, in the folder that it is in:
//
//	hostile refused         each call is refused, and the error names what it is about
//	hostile RUN             the same for words that are about a run that is up
//
// It prints what isn't as it should be, and then ends with 1.

// hostileNames are the beginnings of many an accident.
var hostileNames = []string{
	"", "lo", "--help", "-h", "-rf", "-x", "--", "-", ".", "..", "a/b", "/etc", "../../etc",
	"a;touch pwned", "$(touch pwned)", "`touch pwned`", "a|b", "a&b", "a>pwned", "a b", " a", "a\nb", "\n", "a'b", `a"b`, `a\b`,
	"*", "~", "#", "!", "%s", "a=b", "a,b", "\x1b[31m", "a\x7f", "é", "\u202e", "\xff", strings.Repeat("n", 200),
}

// A hostilePlace is a call that takes a name.
type hostilePlace struct {
	what string
	args func(name string) []string
	env  string // the variable that has the name, if no argument does
	code int
	// fine are names that have a meaning there.
	fine []string
	// unnamed are names that another complaint comes before.
	unnamed []string
}

var asOption = []string{"--help", "-h", "-rf", "-x", "--"}

func hostilePlaces() []hostilePlace {
	before := func(words ...string) func(string) []string {
		return func(name string) []string { return slices.Concat(words, []string{name}) }
	}
	option := func(option string, words ...string) func(string) []string {
		return func(name string) []string { return slices.Concat([]string{option + "=" + name}, words) }
	}
	fixed := func(words ...string) func(string) []string { return func(string) []string { return words } }
	guest := func(name string) []string { return []string{"run", "--isolated", "--guest", name + "=true"} }
	create := []string{"create", "--dry-run"}
	run := []string{"run", "--isolated", "--guest", "a=true"}
	return []hostilePlace{
		{what: "--interface", args: option("--interface", create...), code: 2},
		{what: "--network", args: option("--network", create...), code: 2},
		{what: "--guest-network", args: option("--guest-network", run...), code: 125},
		{what: "--guest", args: guest, code: 125, fine: []string{" a", "a=b"}, unnamed: []string{"\n"}},
		{what: "--name", args: func(n string) []string { return append([]string{"run", "--name=" + n}, run[1:]...) }, code: 125, fine: []string{""}},
		// Without a name it is wrong usage: a test in commands has that.
		{what: "a command of the file", args: before("--file=good.yaml", "run", "--isolated"), code: 127, fine: append([]string{""}, asOption...)},
		{what: "--only", args: func(n string) []string { return []string{"--file=good.yaml", "run", "--isolated", "--only=" + n, "x"} }, code: 125,
			fine: []string{" a"}, unnamed: []string{"\n"}},
		{what: "--exclude", args: func(n string) []string {
			return []string{"--file=good.yaml", "run", "--isolated", "--exclude=" + n, "x"}
		}, code: 125,
			fine: []string{" a"}, unnamed: []string{"\n"}},
		{what: "--file", args: option("--file", "run", "--isolated", "x"), code: 125, unnamed: []string{""}},
		{what: "a verb", args: before(), code: 2, fine: append([]string{""}, asOption...)},
		{what: "a kind of partition", args: before("partition"), code: 2, fine: asOption, unnamed: []string{""}},
		{what: "VAGGANET_INTERFACE", env: "VAGGANET_INTERFACE", args: fixed(create...), code: 2, fine: []string{""}},
		{what: "VAGGANET_NETWORK", env: "VAGGANET_NETWORK", args: fixed(create...), code: 2, fine: []string{""}},
		{what: "VAGGANET_GUEST_NETWORK", env: "VAGGANET_GUEST_NETWORK", args: fixed(run...), code: 125, fine: []string{""}},
		{what: "VAGGANET_NO_IPTABLES", env: "VAGGANET_NO_IPTABLES", args: fixed(create...), code: 2, fine: []string{""}},
	}
}

// runPlaces are about a run called RUN with a guest "a".
func runPlaces(run string) []hostilePlace {
	return []hostilePlace{
		{what: "exec's node", args: func(n string) []string { return []string{"exec", "--", n, "true"} }, code: 125, unnamed: []string{""}},
		{what: "exec's --run", args: func(n string) []string { return []string{"exec", "--run=" + n, "a", "true"} }, code: 125, fine: []string{""}},
		{what: "partition run's node", args: func(n string) []string { return []string{"partition", "run", "--", n, "true"} }, code: 125, unnamed: []string{""}},
		{what: "partition's --run", args: func(n string) []string { return []string{"partition", "fullmesh", "--run=" + n} }, code: 1, fine: []string{""}},
		{what: "isolate's node", args: func(n string) []string { return []string{"partition", "--run", run, "isolate", n} }, code: 1, fine: asOption},
		{what: "disjoint's node", args: func(n string) []string { return []string{"partition", "disjoint", "a", "--", n} }, code: 1, fine: asOption},
		{what: "split's node", args: func(n string) []string { return []string{"partition", "split", "a", n} }, code: 1, fine: asOption},
		{what: "VAGGANET_RUN", env: "VAGGANET_RUN", args: func(string) []string { return []string{"exec", "a", "true"} }, code: 125, fine: []string{""}},
	}
}

// fileNames are what a config file can have besides: NUL, and what YAML takes
// for something else.
var fileNames = append(slices.Clone(hostileNames), "\x00", "a\x00b")

// A filePlace is a config file with a place for a name.
type filePlace struct {
	what, before, after string
	fine                []string
}

var filePlaces = []filePlace{
	{"child", "commands: {x: !Supervise {children: {", ": !Command {network: {}, run: ['true']}}}}", nil},
	{"command", "commands: {x: !Supervise {children: {a: !Command {network: {}, run: ['true']}}}, ", ": !Command {}}", []string{"lo"}},
	{"hostname", "commands: {x: !Supervise {children: {a: !Command {network: {hostname: ", "}, run: ['true']}}}}", []string{"lo"}},
	{"ip", "commands: {x: !Supervise {children: {a: !Command {network: {ip: ", "}, run: ['true']}}}}", nil},
	{"port", "commands: {x: !Supervise {children: {a: !Command {network: {ports: {", ": 80}}, run: ['true']}}}}", nil},
	{"port inside", "commands: {x: !Supervise {children: {a: !Command {network: {ports: {80: ", "}}, run: ['true']}}}}", nil},
	{"user-id", "commands: {x: !Supervise {children: {a: !Command {network: {}, user-id: ", ", run: ['true']}}}}", nil},
	{"variable", "commands: {x: !Supervise {children: {a: !Command {network: {}, environ: {", ": b}, run: ['true']}}}}",
		variableNames()},
	{"work-dir", "commands: {x: !Supervise {children: {a: !Command {network: {}, work-dir: ", ", run: ['true']}}}}",
		[]string{".", "..", "/etc", "../../etc"}},
	{"guest-network", "commands: {x: !Supervise {children: {a: !Command {network: {}, run: ['true']}}}}\nguest-network: ", "", nil},
	{"volume", "commands: {x: !Supervise {children: {a: !Command {container: c, network: {}, run: ['true']}}}}\ncontainers: {c: {volumes: {",
		": !Tmpfs {}}}}", []string{"/etc"}},
	{"volume's source", "commands: {x: !Supervise {children: {a: !Command {container: c, network: {}, run: ['true']}}}}\ncontainers: {c: {volumes: {/v: !BindRO ",
		"}}}", []string{".", "..", "/etc", "../../etc"}},
	{"rootfs", "commands: {x: !Supervise {children: {a: !Command {container: c, network: {}, run: ['true']}}}}\ncontainers: {c: {rootfs: ",
		"}}", []string{".", "..", "/etc", "../../etc"}},
	{"kind", "commands: {x: !Supervise {children: {a: !Command {network: {}, run: ['true']}}, mode: ", "}}", nil},
}

// variableNames are those that the environment can have, and a YAML file: all but
// the empty one, and those that would end too early.
func variableNames() []string {
	return slices.DeleteFunc(slices.Clone(fileNames), func(name string) bool {
		return name == "" || strings.ContainsAny(name, "=\x00") || !utf8.ValidString(name)
	})
}

// settingPlaces are values of settings; the program that is to be refused is
// create, or run where the value is about that.
var settingPlaces = []struct {
	name string
	fine []string
}{
	{"interface", nil}, {"network", nil}, {"no-iptables", nil}, {"trace", nil},
	{"ip", []string{"lo", ".", "..", "a/b", "/etc", "../../etc", "a;touch pwned", "$(touch pwned)", "`touch pwned`", "a|b", "a&b", "a>pwned", "a b", " a", "a\nb",
		"!", "%s", "*", "~", `a\b`, "a=b", "a,b", "\x1b[31m", "a\x7f", "é", "\u202e", "\xff", strings.Repeat("n", 200)}},
}

func hostileMain() {
	wrong := 0
	complain := func(what, name, why string) { wrong++; fmt.Printf("%s %q: %s\n", what, name, why) }
	places := hostilePlaces()
	if os.Args[1] == "refused" {
		tryFiles(complain)
		trySettings(complain)
	} else {
		places = runPlaces(os.Args[1])
	}
	for _, p := range places {
		for _, name := range hostileNames {
			if slices.Contains(p.fine, name) {
				continue
			}
			env := []string{}
			if p.env != "" {
				env = append(env, p.env+"="+name)
			}
			if why := refused(p.args(name), env, p.code, name, slices.Contains(p.unnamed, name)); why != "" {
				complain(p.what, name, why)
			}
		}
	}
	if wrong > 0 {
		os.Exit(1)
	}
}

func tryFiles(complain func(what, name, why string)) {
	for _, p := range filePlaces {
		for _, name := range fileNames {
			if slices.Contains(p.fine, name) || !isYAML(name) {
				continue
			}
			text := p.before + strconv.Quote(name) + p.after
			if err := os.WriteFile("bad.yaml", []byte(text), 0o644); err != nil {
				complain(p.what, name, err.Error())
			}
			why := refused([]string{"--file=bad.yaml", "run", "--isolated", "x"}, nil, 125, name, false)
			if why != "" {
				complain("file's "+p.what, name, why)
			}
		}
	}
}

func trySettings(complain func(what, name, why string)) {
	dir := "config/vagganet"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		complain("settings", dir, err.Error())
	}
	for _, s := range settingPlaces {
		for _, name := range fileNames {
			if name == "" || slices.Contains(s.fine, name) || !isYAML(name) {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, "settings.yaml"), []byte(s.name+": "+strconv.Quote(name)+"\n"), 0o644); err != nil {
				complain("settings", name, err.Error())
			}
			here, _ := os.Getwd()
			code := 2
			if strings.Contains(name, "\x00") {
				code = 1
			}
			if why := refused([]string{"create", "--dry-run"}, []string{"XDG_CONFIG_HOME=" + here + "/config"}, code, name, strings.Contains(name, "\x00")); why != "" {
				complain("setting "+s.name, name, why)
			}
		}
	}
}

// isYAML reports whether Go's quotes are YAML's too for a text.
func isYAML(text string) bool { return strings.ToValidUTF8(text, "") == text }

// refused calls the program and says in what it isn't refused as it should be:
// with the code, nothing on stdout, and an error that names the name, or its
// beginning where that is long.
func refused(args, env []string, code int, name string, unnamed bool) string {
	cmd := exec.Command("vagganet", args...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr, cmd.Env = &stdout, &stderr, append(os.Environ(), env...)
	cmd.Run()
	said := stderr.String()
	switch {
	case cmd.ProcessState == nil:
		return "it can't be called"
	case cmd.ProcessState.ExitCode() != code:
		return fmt.Sprintf("exit code %d, not %d: %s", cmd.ProcessState.ExitCode(), code, said)
	case stdout.Len() > 0:
		return "something on stdout: " + stdout.String()
	case !strings.HasPrefix(said, "vagganet: "):
		return "no error of ours: " + said
	case strings.ContainsAny(said, "\x00\x1b\x7f\u202e"):
		return fmt.Sprintf("a terminal would obey: %q", said)
	case !unnamed && !names(said, name):
		return "the error doesn't name it: " + said
	}
	return ""
}

// names reports whether an error names it: in quotes, where it is so short that it
// would be in any text.
func names(said, name string) bool {
	quoted := strconv.Quote(name[:min(len(name), 60)])
	switch {
	case name == "":
		return strings.Contains(said, `""`) || strings.Contains(said, "empty")
	case len(name) < 3:
		return strings.Contains(said, quoted) || strings.Contains(said, "/"+quoted[1:]) || strings.Contains(said, "-"+name)
	}
	return strings.Contains(said, quoted[1:len(quoted)-1]) || strings.Contains(said, name)
}
