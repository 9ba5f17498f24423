package netcmd

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A shell passes on what is carried, and Uncarry gives it back byte by byte.
func TestCarry(t *testing.T) {
	env := []string{"A=1", "discovery.type=x=y\n\xff", "BASH_FUNC_f%%=() { :; }", "9=nine", "a_2Eb.c=", "é=é", "_=u", "no-value-no-equals"}
	carriedEnv := Carry(env)
	if HasOdd(carriedEnv) || !HasOdd(env) {
		t.Errorf("not carried: %q", carriedEnv)
	}
	if got := Uncarry(carriedEnv); !sameStrings(got, env) {
		t.Errorf("got %q, want %q", got, env)
	}
	cmd := exec.Command("/bin/sh", "-c", `exec "$0" -test.run=TestCarryHelper`, os.Args[0])
	cmd.Env = append(carriedEnv[:len(carriedEnv)-1:len(carriedEnv)-1], "PRINT_ENVIRON=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range env[1:6] {
		if !strings.Contains(string(out), "\x00"+e+"\x00") {
			t.Errorf("%q was lost in a shell: %q", e, out)
		}
	}
}

func TestCarryHelper(t *testing.T) {
	if os.Getenv("PRINT_ENVIRON") != "" {
		os.Stdout.WriteString("\x00" + strings.Join(Uncarry(os.Environ()), "\x00") + "\x00")
	}
}

// What only looks as if it was carried stays as it is.
func TestUncarryOthers(t *testing.T) {
	env := []string{"VAGGANET_ENV_=1", "VAGGANET_ENV_plain=1", "VAGGANET_ENV_a_2=1", "VAGGANET_ENV_a_zz=1", "VAGGANET_ENV_a_3Db=1", "VAGGANET_ENV_a_00=1"}
	if got := Uncarry(env); !slices.Equal(got, env) {
		t.Errorf("got %q, want %q", got, env)
	}
	if got := Uncarry([]string{"a.b=old", "VAGGANET_ENV_a_2Eb=new"}); got[len(got)-1] != "a.b=new" {
		t.Errorf("got %q", got)
	}
}

func sameStrings(one, other []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(one)), slices.Sorted(slices.Values(other)))
}
