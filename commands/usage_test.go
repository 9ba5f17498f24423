package commands

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
	"golang.org/x/sys/unix"

	"vagganet/commands/cmdline"
	"vagganet/commands/kinds"
)

// called runs the program as it would be from a shell, and returns its exit code
// and what it wrote.
func called(t *testing.T, words ...string) (code int, stdout, stderr string) {
	t.Helper()
	return calledAs(t, "vagganet", words...)
}

// calledAs does what called does, by another name of the program's.
func calledAs(t *testing.T, name string, words ...string) (code int, stdout, stderr string) {
	t.Helper()
	out, errs := outputFile(t), outputFile(t)
	before := [2]*os.File{os.Stdout, os.Stderr}
	os.Stdout, os.Stderr = out, errs
	code = (App{Machine: Host{}, Version: "1"}).main(t.Context, append([]string{name}, words...))
	os.Stdout, os.Stderr = before[0], before[1]
	return code, written(t, out), written(t, errs)
}

func outputFile(t *testing.T) *os.File {
	fd, err := unix.MemfdCreate("output", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), "output")
}

func written(t *testing.T, file *os.File) string {
	defer file.Close()
	_, err := file.Seek(0, io.SeekStart)
	text, err2 := io.ReadAll(file)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	return string(text)
}

// everyVerb calls f for each verb, and for each kind of one, with their paths.
func everyVerb(f func(path []string, c *cli.Command)) {
	for _, c := range (App{}).cli().Commands {
		f([]string{c.Name}, c)
		for _, kind := range c.Subcommands {
			f([]string{c.Name, kind.Name}, kind)
		}
	}
}

// goSpeak are words of Go's libraries and of the command line library.
var goSpeak = []string{"parse error", "flag", "strconv", "ParseBool", "invalid", "Incorrect", "topic", "<nil>", "%!"}

// wantUsage holds a call to what wrong usage is answered by: an exit code, one
// message and the verb's own help, in plain words.
func wantUsage(t *testing.T, path []string, message string, words ...string) {
	t.Helper()
	code, stdout, stderr := called(t, words...)
	want := cmdline.ExitUsage
	if path[0] == "run" || path[0] == "exec" || slices.Equal(path, []string{"partition", "run"}) {
		want = cmdline.ExitOwn
	}
	if code != want || stdout != "" {
		t.Errorf("%q: exit code %d, want %d; stdout %q", words, code, want, stdout)
	}
	first, hints, _ := strings.Cut(stderr, "\n")
	if first != "vagganet: "+message || !strings.HasSuffix(hints, "hint: vagganet "+strings.Join(path, " ")+" --help\n") {
		t.Errorf("%q: %s, want %s", words, stderr, message)
	}
	for _, word := range goSpeak {
		if strings.Contains(stderr, word) {
			t.Errorf("%q: %s", words, stderr)
		}
	}
}

// TestOptions gives each option of each verb, and each global one, what it can't
// be, before the verb and behind it.
func TestOptions(t *testing.T) {
	withoutSettings(t)
	global := App{}.cli().Flags
	everyVerb(func(path []string, c *cli.Command) {
		if path[0] == cmdline.HelpName || c.Hidden {
			return
		}
		behind := func(words ...string) []string { return append(slices.Clone(path), words...) }
		before := func(words ...string) []string { return append(words, path...) }
		name := strings.Join(path, " ")
		wantUsage(t, path, name+" has no option --nonsense", behind("--nonsense")...)
		wantUsage(t, path, name+" has no option --nonsense", before("--nonsense=3")...)
		for _, f := range slices.Concat(c.Flags, global) {
			option := "--" + f.Names()[0]
			if !cmdline.TakesValue(f) {
				wantUsage(t, path, option+` takes no value, but got "maybe"`, behind(option+"=maybe")...)
				wantUsage(t, path, option+` takes no value, but got ""`, before(option+"=")...)
				continue
			}
			value, _ := cmdline.Placeholder(f)
			if value == "" {
				t.Errorf("%s of %s has no word for its value", option, name)
			}
			wantUsage(t, path, option+" needs a value: "+option+" "+value, behind(option)...)
			wantUsage(t, path, option+" is empty: "+option+" "+value, behind(option, "")...)
			wantUsage(t, path, option+" is empty: "+option+" "+value, before(option+"=")...)
			switch f.(type) {
			case *cli.DurationFlag:
				wantUsage(t, path, option+" 2 needs a unit: 2s or 500ms", behind(option, "2")...)
				wantUsage(t, path, option+` "two" is no length of time, such as 2s or 500ms`, before(option, "two")...)
				wantUsage(t, path, option+` "99999999h" is no length of time, such as 2s or 500ms`, behind(option, "99999999h")...)
			case *cli.Uint64Flag:
				for _, bad := range []string{"-1", "x", "1.5", "99999999999999999999"} {
					wantUsage(t, path, fmt.Sprintf("%s %q is no whole number from 0 to 18446744073709551615", option, bad), behind(option, bad)...)
				}
			}
		}
	})
}

// Variables that stand for options without a value are read as options are.
func TestOptionVariables(t *testing.T) {
	withoutSettings(t)
	global := App{}.cli().Flags
	everyVerb(func(path []string, c *cli.Command) {
		if c.Hidden || path[0] == cmdline.HelpName {
			return
		}
		for _, f := range slices.Concat(c.Flags, global) {
			boolean, ok := f.(*cli.BoolFlag)
			if !ok {
				continue
			}
			for _, variable := range boolean.EnvVars {
				t.Setenv(variable, "maybe")
				wantUsage(t, path, variable+` is "maybe", but can only be true or false`, path...)
				t.Setenv(variable, "off")
				if _, _, stderr := called(t, append(slices.Clone(path), "--nonsense")...); strings.Contains(stderr, variable) {
					t.Errorf("%s=off: %s", variable, stderr)
				}
				os.Unsetenv(variable)
			}
		}
	})
}

// Flags of one name must be of one kind: options may stand before the verb, and then it is
// not known whose they are. Wait's --faults is none that one would put there.
func TestOneKindOfFlag(t *testing.T) {
	takes := map[string]bool{}
	for _, f := range cmdline.AllFlags(App{}.cli()) {
		for _, name := range f.Names() {
			if _, boolean := f.(*cli.BoolFlag); boolean && name == "faults" {
				continue
			}
			if before, known := takes[name]; known && before != cmdline.TakesValue(f) {
				t.Errorf("--%s takes a value, and takes none", name)
			}
			takes[name] = cmdline.TakesValue(f)
		}
	}
}

// TestHelp asks for each verb's help in each way: it is the same, on stdout, in
// lines that a terminal has room for, and says no default that is none.
func TestHelp(t *testing.T) {
	withoutSettings(t)
	check := func(name string, text string) {
		for _, line := range strings.Split(text, "\n") {
			if utf8.RuneCountInString(line) > cmdline.HelpWidth || strings.TrimRight(line, " ") != line {
				t.Errorf("help of %s: %q", name, line)
			}
		}
		for _, bad := range []string{"default: false", "default: 0", `default: ""`, "command options", "`"} {
			if strings.Contains(text, bad) {
				t.Errorf("help of %s has %q", name, bad)
			}
		}
	}
	everyVerb(func(path []string, c *cli.Command) {
		if c.Hidden {
			return
		}
		_, want, _ := called(t, append([]string{"help"}, path...)...)
		if !strings.Contains(strings.Join(strings.Fields(want), " "), c.Usage) {
			t.Errorf("help of %s: %s", path, want)
		}
		check(strings.Join(path, " "), want)
		for _, f := range c.Flags {
			_, usage := cmdline.Placeholder(f)
			if usage == "" || !strings.Contains(want, "--"+f.Names()[0]) || !strings.Contains(strings.Join(strings.Fields(want), " "), usage) {
				t.Errorf("help of %s does not explain --%s", path, f.Names()[0])
			}
		}
		if path[0] == cmdline.HelpName {
			return
		}
		for _, words := range [][]string{
			append([]string{"h"}, path...), append([]string{"help", "-x"}, path...), append([]string{"-h"}, path...),
			append(slices.Clone(path), "-h"), append(slices.Clone(path), "--help"), append(slices.Clone(path), "--nonsense", "-h"),
			append(slices.Clone(path), "a", "-h"), append(slices.Clone(path), "--dry-run", "-h", "a", "b"),
		} {
			if code, got, stderr := called(t, words...); code != 0 || got != want || stderr != "" {
				t.Errorf("%q: exit code %d, %s%s", words, code, got, stderr)
			}
		}
		wantHelpless(t, append(append([]string{"help"}, path...), "nonsense"))
	})
	_, want, _ := called(t)
	check("the program", want)
	for _, words := range [][]string{{"help"}, {"-h"}, {"--help"}, {"help", "-x"}, {"-x", "help"}, {"h", "--nonsense"}} {
		if code, got, stderr := called(t, words...); code != 0 || got != want || stderr != "" {
			t.Errorf("%q: exit code %d, %s%s", words, code, got, stderr)
		}
	}
	wantHelpless(t, []string{"help", "nonsense"})
	wantHelpless(t, []string{"help", ""})
}

// wantHelpless holds a call for the help of nothing to an error.
func wantHelpless(t *testing.T, words []string) {
	t.Helper()
	code, stdout, stderr := called(t, words...)
	if code != cmdline.ExitUsage || stdout != "" || !strings.HasSuffix(stderr, "\nhint: vagganet help\n") {
		t.Errorf("%q: exit code %d, %s%s", words, code, stdout, stderr)
	}
}

// TestOtherNames asks for what other tools call so: what it is called here is
// said, and is right.
func TestOtherNames(t *testing.T) {
	withoutSettings(t)
	app := App{}.cli()
	for name, here := range cmdline.OtherNames() {
		if cmdline.FindCommand(app.Commands, name) != nil {
			continue
		}
		code, stdout, stderr := called(t, name, "x")
		want := fmt.Sprintf("vagganet: unknown verb %q\nhint: here it is: %s\nhint: vagganet help\n", name, here)
		if code != cmdline.ExitUsage || stdout != "" || stderr != want {
			t.Errorf("%s: exit code %d, %s%s", name, code, stdout, stderr)
		}
		words := strings.Fields(here)
		i := slices.Index(words, "vagganet")
		if i < 0 || cmdline.FindCommand(app.Commands, words[i+1]) == nil && words[i+1] != "--version" {
			t.Errorf("%s: there is no %s", name, here)
		}
	}
	for _, k := range kinds.All() {
		if cmdline.FindCommand(app.Commands, k.Name) != nil {
			continue
		}
		if _, _, stderr := called(t, k.Name); !strings.Contains(stderr, "hint: it is a kind of partition: vagganet partition "+k.Name+"\n") {
			t.Errorf("%s: %s", k.Name, stderr)
		}
	}
}

func TestUsage(t *testing.T) {
	withoutSettings(t)
	for words, want := range map[string]string{
		"nonsense":                           "unknown verb \"nonsense\"\nhint: vagganet help",
		"creat":                              "unknown verb \"creat\"\nhint: did you mean \"create\"?\nhint: vagganet help",
		"--interface run":                    "no verb is given\nhint: \"run\" was taken for the value of --interface\nhint: vagganet help",
		"partition disjoint a -- b --for 2s": "\"--for\" stands behind --, where no options are\nhint: options stand before the first --\nhint: vagganet partition disjoint --help",
		"partition isolate":                  "isolate takes at least one node\nhint: vagganet partition isolate --help",
		"partition halves a":                 "halves takes no node, but got \"a\"\nhint: vagganet partition halves --help",
		"partition isolate a --how x":        "--how \"x\" is none of drop, reject and new\nhint: vagganet partition isolate --help",
		"partition uplink":                   "uplink takes off or on, and then nodes; none means all\nhint: vagganet partition uplink --help",
		"--trace":                            "no verb is given\nhint: vagganet help",
		"status --isolated":                  "status has no option --isolated\nhint: it is an option of: run, campaign\nhint: vagganet status --help",
		"partition halves --seed 1": "partition halves has no option --seed\nhint: it is an option of: run, exec, partition disjoint, partition split, partition isolate, partition cut, and 13 more\n" +
			"hint: vagganet partition halves --help",
		"create --netwrok x":            "create has no option --netwrok\nhint: did you mean --network?\nhint: vagganet create --help",
		"status --=x":                   "\"--=x\" is no option\nhint: vagganet status --help",
		"partition isolate a --for -2s": "--for -2s is less than 1ms\nhint: vagganet partition isolate --help",
	} {
		if _, _, stderr := called(t, strings.Fields(words)...); stderr != "vagganet: "+want+"\n" {
			t.Errorf("%s: %s", words, stderr)
		}
	}
	for _, words := range [][]string{{"run", ""}, {"exec", "", "ls"}, {"exec", "a", ""}, {"partition", "run", "", "ls"}, {""}} {
		code, _, stderr := called(t, words...)
		if want := map[bool]int{true: cmdline.ExitOwn, false: cmdline.ExitUsage}[words[0] != ""]; code != want || !strings.Contains(stderr, "\nhint: vagganet ") {
			t.Errorf("%q: exit code %d, %s", words, code, stderr)
		}
	}
}
