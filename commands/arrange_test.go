package commands

import (
	"strings"
	"testing"
)

// Words are written with a space between them.
func TestArrange(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"create", "create"},
		{"create --dry-run", "create --dry-run"},
		// global options behind the verb, with values and without
		{"create --dry-run --network 10.1.0.0/16 -x", "--network 10.1.0.0/16 -x create --dry-run"},
		{"--trace create --sudo=doas", "--trace --sudo=doas create"},
		{"_create_netns --interface v --dry-run", "--interface v _create_netns --dry-run"},
		// the verb's own behind its arguments
		{"run web --dry-run --name x", "run --dry-run --name x web"},
		{"run --guest a=b --guest c=d --file f", "--file f run --guest a=b --guest c=d"},
		{"run web", "run web"},
		{"run -", "run -"},
		// kinds of partition
		{"partition isolate a b --run r --dry-run", "partition isolate --run r --dry-run a b"},
		{"partition --run r isolate a", "partition isolate --run r a"},
		{"--interface v _network --dry-run split a b -- b c", "--interface v _network split --dry-run a b -- b c"},
		{"partition fullmesh -x --interface v", "-x --interface v partition fullmesh"},
		{"partition --dry-run", "partition --dry-run"},
		{"partition unknown --dry-run a", "partition unknown --dry-run a"},
		// behind -- nothing is an option
		{"partition disjoint a -- b --dry-run", "partition disjoint a -- b --dry-run"},
		{"partition split -- a --run r", "partition split -- a --run r"},
		{"create -- --dry-run", "create -- --dry-run"},
		// a command's options are its own
		{"exec a ls --run x -x --dry-run", "exec a ls --run x -x --dry-run"},
		{"exec --run r a ls --trace", "exec --run r a ls --trace"},
		{"exec --run r --trace a ls -x", "--trace exec --run r a ls -x"},
		{"exec a -- ls -x", "exec a -- ls -x"},
		{"exec -- a ls -x", "exec -- a ls -x"},
		{"partition run a ping -c 1 --dry-run", "partition run a ping -c 1 --dry-run"},
		{"partition --dry-run run --run r a ping -x", "partition run --dry-run --run r a ping -x"},
		// options that nobody knows, or that lack their value, are left for the
		// library to complain about
		{"create --unknown x", "create --unknown x"},
		{"--unknown create", "--unknown create"},
		{"create --network", "create --network"},
		{"nonsense --dry-run", "nonsense --dry-run"},
		{"help run --trace", "help run --trace"},
		// who asks for help gets it, whatever else is there
		{"run web --help", "run --help"},
		{"exec -h a ls", "exec -h"},
		{"partition isolate a --help b", "partition isolate --help"},
		{"exec a ls --help", "exec a ls --help"},
		{"run --name --help web", "run --name --help web"},
	} {
		_, got := arrange(App{}.cli(), append([]string{"vagganet"}, strings.Fields(c.in)...))
		if line := strings.Join(got[1:], " "); line != c.want || got[0] != "vagganet" {
			t.Errorf("%q became %q, want %q", c.in, line, c.want)
		}
	}
}

func TestArrangeVerb(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "--trace": "", "--trace run web": "run", "_network --run r isolate a": "partition",
		"_create_netns": "create", "partition run a b": "partition", "nonsense": "nonsense",
	} {
		if verb, _ := arrange(App{}.cli(), append([]string{"vagganet"}, strings.Fields(in)...)); verb != want {
			t.Errorf("%q is the verb %q", in, verb)
		}
	}
}

// The caller's words are left as they are.
func TestArrangeCopies(t *testing.T) {
	words := strings.Fields("vagganet partition isolate a --run r --trace b")
	before := strings.Join(words, " ")
	arrange(App{}.cli(), words)
	if after := strings.Join(words, " "); after != before {
		t.Errorf("%s became %s", before, after)
	}
}

func TestAlias(t *testing.T) {
	for in, want := range map[string]string{
		"/usr/bin/vagga_partition isolate a": "/usr/bin/vagga_partition partition isolate a",
		"vagga_network":                      "vagga_network partition",
		"vagga _network fullmesh":            "vagga _network fullmesh",
		"./vagganet run":                     "./vagganet run",
	} {
		if got := strings.Join(alias(strings.Fields(in)), " "); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}
