package live

import (
	"strings"
	"testing"

	"vagganet/netcmd/plan"
)

// A command gets the user and the group of what it is beside.
func TestExecIDs(t *testing.T) {
	l := Run{Tools: plan.UsualTools(), Dir: "/proc/7/root/run", UserNS: "/proc/7/ns/user"}
	for _, test := range []struct {
		beside Process
		want   string
	}{
		{Process{PID: 9}, " --wd true"},
		{Process{PID: 9, UserID: 5}, " --wd --setgid=0 --setuid=5 true"},
		{Process{PID: 9, GroupID: 6}, " --wd --setgid=6 --setuid=0 true"},
		{Process{PID: 9, UserID: 5, GroupID: 6}, " --wd --setgid=6 --setuid=5 true"},
		{Process{PID: 9, UserID: 5, GroupID: 6, OwnUserNS: true}, " --uts --net --root --user --preserve-credentials --wd true"},
	} {
		got := strings.Join(l.Exec("a", test.beside, []string{"between"}, []string{"true"}).Words(), " ")
		if !strings.HasSuffix(got, test.want) {
			t.Errorf("%+v: got %q, which does not end with %q", test.beside, got, test.want)
		}
	}
}
