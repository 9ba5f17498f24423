package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A variant is one way to run a script: as whom, and with which iptables. The
// first line of a script names one or two, the second line may name more, for
// `make test-all`:
//
//	# sandbox: tester nft
//	# test-all: root nft, root legacy, tester legacy
//
// A script that names none is run as the tester with nft, and by `make test-all`
// as everybody with everything.
//
// The user is $WHO and the iptables $IPTABLES in the script, both are
// conditions too ([root], [tester], [nft], [legacy]), and "exec as $WHO CMD…"
// runs a command as that user. A third word, "physdev", has iptables cut the links
// of the script's runs, as where there is no ebtables; it is the condition
// [physdev].
type variant struct {
	who, iptables string
	physdev       bool
	// onMachine is for a virtual machine: its own network, its own settings.
	onMachine bool
}

// allVar is set where all variants are to be run.
const allVar = "VAGGANET_TEST_ALL"

var (
	usualVariants = []variant{{who: "tester", iptables: "nft"}}
	otherVariants = []variant{{who: "root", iptables: "nft"}, {who: "root", iptables: "legacy"}, {who: "tester", iptables: "legacy"}}
)

// ebtables is the program's setting: nothing for what is there.
func (v variant) ebtables() string {
	if v.physdev {
		return "none"
	}
	return ""
}

func (v variant) String() string {
	if v.physdev {
		return v.who + "-" + v.iptables + "-physdev"
	}
	return v.who + "-" + v.iptables
}

// variants are those that a script is to be run in.
func variants(t *testing.T, script string) []variant {
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	usual, others, err := readVariants(string(text))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	if os.Getenv(allVar) != "" {
		return append(usual, others...)
	}
	return usual
}

// readVariants reads the first two lines of a script.
func readVariants(script string) (usual, others []variant, err error) {
	first, rest, _ := strings.Cut(script, "\n")
	names, ok := strings.CutPrefix(first, "# sandbox: ")
	if !ok {
		return slices.Clone(usualVariants), slices.Clone(otherVariants), nil
	}
	if usual, err = parseVariants(names); err != nil {
		return nil, nil, err
	}
	second, _, _ := strings.Cut(rest, "\n")
	if names, ok = strings.CutPrefix(second, "# test-all: "); ok {
		others, err = parseVariants(names)
	}
	for i, v := range others {
		if slices.Contains(usual, v) || slices.Contains(others[:i], v) {
			return nil, nil, fmt.Errorf("%v is named twice", v)
		}
	}
	return usual, others, err
}

func parseVariants(names string) ([]variant, error) {
	var vs []variant
	for name := range strings.SplitSeq(names, ",") {
		w := strings.Fields(name)
		physdev := len(w) == 3 && w[2] == "physdev"
		if len(w) != 2 && !physdev || w[0] != "root" && w[0] != "tester" || w[1] != "nft" && w[1] != "legacy" {
			return nil, fmt.Errorf("%q is not a user (root, tester), an iptables (nft, legacy), and perhaps \"physdev\"", strings.TrimSpace(name))
		}
		vs = append(vs, variant{who: w[0], iptables: w[1], physdev: physdev})
	}
	return vs, nil
}

// scriptName is the name of a script's test: that of its file, or where each has
// a folder, of that.
func scriptName(script string) string {
	if base := filepath.Base(script); base != exampleScript {
		return strings.TrimSuffix(base, ".txtar")
	}
	return filepath.Base(filepath.Dir(script))
}

func TestVariants(t *testing.T) {
	tests := []struct{ script, usual, others, err string }{
		{"# sandbox: root nft, tester legacy physdev\n# test-all: tester nft\n\n# What it shows.", "[root-nft tester-legacy-physdev]", "[tester-nft]", ""},
		{"# sandbox: root nft\n\n# test-all: tester nft", "[root-nft]", "[]", ""},
		{"# What it shows.\n", "[tester-nft]", "[root-nft root-legacy tester-legacy]", ""},
		{"# sandbox: somebody nft\n", "", "", `"somebody nft" is not a user`},
		{"# sandbox: root nft\n# test-all: root ipvs\n", "", "", `"root ipvs" is not a user`},
		{"# sandbox: root nft\n# test-all: tester nft, root nft\n", "", "", "root-nft is named twice"},
	}
	for _, tt := range tests {
		usual, others, err := readVariants(tt.script)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%q: %v, not %s", tt.script, err, tt.err)
			}
			continue
		}
		if err != nil || fmt.Sprint(usual) != tt.usual || fmt.Sprint(others) != tt.others {
			t.Errorf("%q: %v and %v, %v", tt.script, usual, others, err)
		}
	}
}
