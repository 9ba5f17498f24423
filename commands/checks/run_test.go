package checks

import (
	"fmt"
	"strings"
	"testing"

	"vagganet/commands/machine"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
)

// What needs an id that there isn't is refused before anything is done.
func TestUserIDs(t *testing.T) {
	with := func(uid, users, groups int) gateway.User {
		return gateway.User{UID: uid, SubUIDs: gateway.IDRange{Count: users}, SubGIDs: gateway.IDRange{Count: groups}}
	}
	tmpfs := func(uid, gid int) netcmd.Child {
		return netcmd.Child{Files: &netcmd.FileSystem{Mounts: []netcmd.Mount{{Path: "/x", UID: uid, GID: gid}}}}
	}
	isolated := &netcmd.Isolated{OwnUser: true}
	for _, test := range []struct {
		user     gateway.User
		isolated *netcmd.Isolated
		one      bool // user namespace
		child    netcmd.Child
		want     string
	}{
		{with(1000, 10, 5), nil, false, netcmd.Child{UserID: 10, GroupID: 5}, ""},
		{with(1000, 10, 5), nil, false, netcmd.Child{UserID: 11}, "can't be user 11: you have 10 subordinate ids"},
		{with(1000, 10, 5), nil, false, netcmd.Child{GroupID: 6}, "can't be of group 6: you have 5 subordinate ids"},
		{with(1000, 10, 5), nil, false, netcmd.Child{UserID: 11, External0: true}, ""},
		{with(1000, 10, 5), nil, true, netcmd.Child{UserID: 1, External0: true}, "nobody can make the user namespace"},
		{with(1000, 10, 5), nil, false, tmpfs(10, 5), ""},
		{with(1000, 10, 5), nil, false, tmpfs(11, 0), "/x of a can't be of user 11"},
		{with(1000, 10, 5), nil, false, tmpfs(0, 6), "/x of a can't be of group 6"},
		{with(1000, 10, 5), isolated, false, netcmd.Child{UserID: 11, GroupID: 6}, ""},
		{with(1000, 10, 5), isolated, true, netcmd.Child{UserID: 1}, "nobody can make the user namespace"},
		{with(1000, 10, 5), isolated, false, tmpfs(11, 6), ""},
		{with(1000, 0, 0), nil, false, netcmd.Child{UserID: 1}, ""},
		{with(0, 0, 0), nil, true, netcmd.Child{UserID: 1 << 30}, ""},
		{with(0, 0, 0), nil, true, tmpfs(1<<30, 1<<30), ""},
	} {
		child := test.child
		child.Name = "a"
		run := netcmd.Run{Isolated: test.isolated, OneUserNS: test.one, Gateway: gateway.Gateway{User: test.user}, Children: []netcmd.Child{child}}
		got := fmt.Sprint(UserIDs(run, machine.Facts{User: test.user}))
		if test.want == "" && got != "<nil>" || !strings.Contains(got, test.want) {
			t.Errorf("%+v of %+v: got %s, want %q", child, test.user, got, test.want)
		}
	}
}
