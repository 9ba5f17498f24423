package runner

import (
	"errors"
	"testing"

	"vagganet/netcmd/plan"
)

func TestInputLine(t *testing.T) {
	input := "*nat\n-A " + plan.Var("chain") + "\nCOMMIT\n"
	for stderr, want := range map[string]string{
		"Error: argument \"x\" is wrong\nCommand failed -:1\n": "*nat",
		"iptables-restore: line 2 failed":                      "-A $chain",
		"iptables-restore v1.8.9: \nError occurred at line: 3": "",
		"line 4 is empty":                  "",
		"line 5 failed":                    "",
		"line 0 failed":                    "",
		"line 99999999999999999999 failed": "",
		"Permission denied":                "",
	} {
		e := &StepError{Step: plan.Step{Stdin: input}, Stderr: stderr}
		if got := e.InputLine(); got != want {
			t.Errorf("%q: got %q, want %q", stderr, got, want)
		}
		e.Step.Stdin = ""
		if got := e.InputLine(); got != "" {
			t.Errorf("%q without input: got %q", stderr, got)
		}
	}
}

func TestError(t *testing.T) {
	e := &StepError{
		Step: plan.Step{About: "host: device", Place: plan.Place{Name: "host", Enter: []string{"sudo"}},
			Argv: []string{"ip", "-batch", "-"}, Stdin: "link set x up\n", MayFail: true, Gone: []string{"gone"}, Together: "all"},
		Number: 3, Of: 7, Argv: []string{"sudo", "ip", "-batch", "-", "a b"},
		Code: 1, Stderr: "Cannot find device \"x\"\nCommand failed -:1\n", Err: errors.New("exit status 1"),
	}
	want := `step 3 of 7 (host: device) failed in host: exit status 1
  sudo ip -batch - 'a b'
  in the line: link set x up
  Cannot find device "x"
  Command failed -:1`
	if got := e.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	e.Undoing, e.Stderr = true, ""
	if got, want := e.Error(), "undoing: step 3 of 7 (host: device) failed in host: exit status 1\n  sudo ip -batch - 'a b'"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
