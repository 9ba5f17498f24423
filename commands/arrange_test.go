package commands

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vagganet/commands/cmdline"
)

// Words are written with a space between them.
func TestArrange(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"create", "create"},
		{"create --dry-run", "create --dry-run"},
		// global options behind the verb, with values and without
		{"create --dry-run --network 10.1.0.0/16 -x", "--network 10.1.0.0/16 --trace create --dry-run"},
		{"--trace create --sudo=doas", "--trace --sudo=doas create"},
		{"_create_netns --interface v --dry-run", "--interface v create --dry-run"},
		// an option of the verb before it
		{"--dry-run create", "create --dry-run"},
		{"--name x run web", "run --name x web"},
		// by two names
		{"capture all -w f --write g", "capture --write f --write g all"},
		{"-x status --trace", "--trace --trace status"},
		// the verb's own behind its arguments
		{"run web --dry-run --name x", "run --dry-run --name x web"},
		{"run --guest a=b --guest c=d --file f", "--file f run --guest a=b --guest c=d"},
		{"run web", "run web"},
		{"run -", "run -"},
		// kinds of partition
		{"partition isolate a b --run r --dry-run", "partition isolate --run r --dry-run a b"},
		{"partition --run r isolate a", "partition isolate --run r a"},
		{"partition --for 2s isolate a", "partition isolate --for 2s a"},
		{"partition isolate a --for 2s", "partition isolate --for 2s a"},
		{"--for 2s partition isolate a", "partition isolate --for 2s a"},
		{"--interface v _network --dry-run split a b -- b c", "--interface v partition split --dry-run a b -- b c"},
		{"partition fullmesh -x --interface v", "--trace --interface v partition fullmesh"},
		{"partition --dry-run", "partition --dry-run"},
		{"partition --for 2s", "partition"},
		{"partition unknown --dry-run a", "partition --dry-run unknown a"},
		// behind -- nothing is an option
		{"partition disjoint a -- b --dry-run", "partition disjoint a -- b --dry-run"},
		{"partition split -- a --run r", "partition split -- a --run r"},
		{"create -- --dry-run", "create -- --dry-run"},
		// a command's options are its own
		{"exec a ls --run x -x --dry-run", "exec a ls --run x -x --dry-run"},
		{"exec --run r a ls --trace", "exec --run r a ls --trace"},
		{"exec --run r --trace a ls -x", "--trace exec --run r a ls -x"},
		{"exec a --run r ls -x", "exec --run r a ls -x"},
		{"exec a -x -- -ls --run r", "--trace exec a -- -ls --run r"},
		{"exec a -- ls -x", "exec a -- ls -x"},
		{"exec -- a ls -x", "exec -- a ls -x"},
		{"partition run a ping -c 1 --dry-run", "partition run a ping -c 1 --dry-run"},
		{"partition --dry-run run --run r a ping -x", "partition run --dry-run --run r a ping -x"},
		{"partition run a --run r ping -x", "partition run --run r a ping -x"},
		// who asks for help gets it, whatever else is there
		{"help run --trace", "help run"},
		{"help -x", "help"},
		{"help --nonsense partition --for 2s isolate", "help partition isolate"},
		{"-h", "help"},
		{"-h run web", "help run"},
		{"run web --help", "help run"},
		{"run --nonsense -h", "help run"},
		{"exec -h a ls", "help exec"},
		{"exec a -h ls", "help exec"},
		{"partition -h", "help partition"},
		{"partition isolate a --help b", "help partition isolate"},
		{"_network isolate a --help b", "help partition isolate"},
		{"exec a ls --help", "exec a ls --help"},
		{"run --name --help web", "run --name --help web"},
	} {
		called, err := cmdline.Arrange(App{}.cli(), append([]string{"vagganet"}, strings.Fields(c.in)...))
		got := called.Args
		if line := strings.Join(got[1:], " "); err != nil || line != c.want || got[0] != "vagganet" {
			t.Errorf("%q became %q, %v, want %q", c.in, line, err, c.want)
		}
	}
}

func TestArrangeVerb(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "--trace": "", "--trace run web": "run", "_network --run r isolate a": "partition",
		"_create_netns": "create", "partition run a b": "partition", "nonsense": "", "h": "help",
	} {
		if called, _ := cmdline.Arrange(App{}.cli(), append([]string{"vagganet"}, strings.Fields(in)...)); called.Verb() != want {
			t.Errorf("%q is the verb %q", in, called.Verb())
		}
	}
}

// The caller's words are left as they are.
func TestArrangeCopies(t *testing.T) {
	words := strings.Fields("vagganet partition isolate a --run r --trace b")
	before := strings.Join(words, " ")
	cmdline.Arrange(App{}.cli(), words)
	if after := strings.Join(words, " "); after != before {
		t.Errorf("%s became %s", before, after)
	}
}

func TestAlias(t *testing.T) {
	for in, want := range map[string]string{
		"/usr/bin/vagga_partition isolate a": "/usr/bin/vagga_partition partition isolate a",
		"vagga_network":                      "vagga_network partition",
		"vagga _network fullmesh":            "vagga _network fullmesh",
		"vagga -x _destroy_netns":            "vagga -x _destroy_netns",
		"vagga":                              "vagga run",
		"vagga --help":                       "vagga --help",
		"vagga web":                          "vagga run web",
		"vagga run":                          "vagga run",
		"vagga run web":                      "vagga run web",
		"vagga create":                       "vagga run create", // a command of the file
		"vagga _hidden":                      "vagga run _hidden",
		"vagga --interface v web --dry-run":  "vagga run --interface v web --dry-run",
		"vagga web --only a b c":             "vagga run web --only a --only b --only c",
		"vagga web --only a b -x --exclude c --name n d": "vagga run web --only a --only b -x --exclude c --name n d",
		"vagga run --only a b":                           "vagga run --only a --only b",
		"/usr/bin/vagga web --only=a":                    "/usr/bin/vagga run web --only=a",
		"vagganet run web --only a b":                    "vagganet run web --only a b",
		"./vagganet run":                                 "./vagganet run",
	} {
		if got := strings.Join(cmdline.Alias(App{}.cli(), strings.Fields(in)), " "); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

// A verb is built alone, unless help or an error is about the others, too; and the call is
// the same as beside them.
func TestArrangeBuildsOneVerb(t *testing.T) {
	one := []string{"vagganet --version", "vagganet status", "vagganet run web --trace", "vagganet shape a:b --delay 5ms --interface v",
		"vagganet exec a ls --help", "vagga_partition isolate a --run r", "vagganet partition run a ping -x"}
	for _, v := range verbs() {
		one = append(one, "vagganet "+v.name)
	}
	all := []string{"vagganet", "vagganet --help", "vagganet help status", "vagganet status --help", "vagganet status --nonsense",
		"vagganet stats", "vagganet --trace status", "vagganet _create_netns", "vagga status", "vagga --version", "vagganet --version x"}
	for _, line := range append(one, all...) {
		app, called, err := App{}.arrange(strings.Fields(line))
		whole := App{}.cli()
		want, wantErr := cmdline.Arrange(whole, cmdline.Alias(whole, strings.Fields(line)))
		if fmt.Sprint(called, err) != fmt.Sprint(want, wantErr) {
			t.Errorf("%s became %v, %v, want %v, %v", line, called, err, want, wantErr)
		}
		most := len(whole.Commands)
		if slices.Contains(one, line) {
			most = len(want.Path[:min(1, len(want.Path))])
		}
		if len(app.Commands) != most || most == 1 && app.Commands[0].Name != want.Verb() {
			t.Errorf("%s built %d verbs, want %d", line, len(app.Commands), most)
		}
	}
}
