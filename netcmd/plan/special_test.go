package plan

import (
	"fmt"
	"strings"
	"testing"
)

// A shell computes the values that follow from a number as the runner does.
func TestValues(t *testing.T) {
	values := []Value{
		{"address", 0xac12c001, 4, Address},
		{"hardware", 0xac12c001, 4, Hardware},
		{"other", 0xfffffffd, 1, Address},
		{"decimal", 1, 1, Decimal},
	}
	for _, number := range []int{0, 1, 2} {
		var want strings.Builder
		s := Step{Argv: []string{"sh", "-c", fmt.Sprintf(`read -r n; [ "$n" = %d ] || { echo taken >&2; exit 1; }; echo "$n" >&2`, number)}, Stdin: Var("n") + "\n",
			Numbers: &Numbers{Name: "n", Count: 3, Values: values, Taken: "taken"}}
		script := Line(s) + "echo $n"
		fmt.Fprint(&want, number)
		for _, v := range values {
			script += " $" + v.Name
			want.WriteString(" " + v.Of(number))
		}
		if got := strings.TrimSpace(sh(t, script)); got != want.String() {
			t.Errorf("got %q, want %q, of\n%s", got, want.String(), script)
		}
	}
	if got := values[0].Of(2047) + " " + values[1].Of(2047); got != "172.18.223.253 02:00:ac:12:df:fd" {
		t.Errorf("the last slot has %s", got)
	}
}

// A script ends where no number is left, or where the command fails otherwise, and
// says what it said.
func TestNumbersOfScript(t *testing.T) {
	for says, want := range map[string]string{"it is taken": "none is left\n1", "no right": "no right\n1"} {
		s := Step{Argv: []string{"sh", "-c", `echo "$1" >&2; exit 1`, "sh", says}, Stdin: "x\n",
			Numbers: &Numbers{Name: "n", Count: 3, Taken: "is taken", None: "none is left"}}
		if got := strings.TrimSpace(sh(t, "code=0\n(set -e\n"+Line(s)+") 2>&1 || code=$?\necho $code")); got != want {
			t.Errorf("%q: got %q", says, got)
		}
	}
}

// What somebody has is named, with who has it. A port that begins with the same
// digits is another one.
func TestHolders(t *testing.T) {
	s := Step{Argv: []string{"echo", "done"}, Holders: &Holders{
		Lock: t.TempDir(),
		List: Step{Argv: []string{"printf", "%s\n", Var("listed")}, Capture: "found"},
		What: []Holding{{"port 80", "--dport 80 --comment"}, {"port 8000", "--dport 8000 --comment"}},
	}}
	const closed = ", or was, until that was killed: vagganet status closes it then 1"
	for listed, want := range map[string]string{
		"":                               "done 0",
		"-A X --dport 800 --comment a/b": "done 0",
		"-A X --dport 8000 --comment \"web-2/b\" -j Y\n-A Z --dport 1 --comment a/b": "port 8000 is held by run web-2" + closed,
		"-A X --dport 80 --comment it/b":                                             "port 80 is held by run it" + closed,
	} {
		out := sh(t, "code=0\n(set -e\n"+Line(s)+") 2>&1 || code=$?\necho $code", "listed="+listed)
		if got := strings.Join(strings.Fields(out), " "); got != want {
			t.Errorf("%q: got %q, not %q", listed, got, want)
		}
	}
}
