package gateway

import (
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

// rootSteps are a plan's steps that are root's, those that undo others too.
func rootSteps(p plan.Plan) []plan.Step {
	return slices.DeleteFunc(slices.Concat(p, p.Undo()), func(s plan.Step) bool {
		return !slices.Equal(s.Place.Enter, []string{"sudo"})
	})
}

// Root changes nothing in the folders below its own that are the user's: what
// is in there may be a link by then.
func TestRootLeavesUsersFoldersAlone(t *testing.T) {
	g := Gateway{Interface: "vagga", Network: addresses.DefaultNetwork, Tools: plan.UsualTools(), Sudo: []string{"sudo"}, User: User{UID: 1000, GID: 1000}}
	whole := g
	whole.Host.Found = Parts{Dir: true, UserNS: true, NetNS: true, Link: true, Up: true, Forwarding: true, Owner: 1000}
	steps := slices.Concat(rootSteps(g.Create()), rootSteps(whole.Destroy()))
	if len(steps) < 20 {
		t.Fatalf("only %d steps are root's", len(steps))
	}
	for _, s := range steps {
		for _, dir := range []string{g.RunsDir(), g.RunDir()} {
			for i, w := range s.Argv {
				// The folders themselves are in one of root's.
				if w == dir && s.Argv[0] != "rmdir" && s.Argv[0] != "install" || strings.Contains(w, dir+"/") {
					t.Errorf("root is led to %s by word %d of %q", dir, i, s.Argv)
				}
			}
		}
		if s.Argv[0] == "rm" && slices.ContainsFunc(s.Argv, func(w string) bool {
			return strings.HasPrefix(w, "-") && strings.ContainsAny(w, "rR")
		}) || s.Argv[0] == "chown" || s.Argv[0] == "cp" {
			t.Errorf("root goes down into folders: %q", s.Argv)
		}
	}
}

// Root removes a user's files as that user, in a group that has none.
func TestRootRemovesAsUser(t *testing.T) {
	g := Gateway{Interface: "vagga", Network: addresses.DefaultNetwork, Tools: plan.UsualTools()}
	g.Host.Found = Parts{Dir: true, Owner: 1000}
	for _, s := range g.Destroy() {
		if s.Argv[0] == "rm" && slices.Contains(s.Argv, g.RunsDir()) {
			if got := strings.Join(s.Words(), " "); !strings.HasPrefix(got, "setsid unshare --setgid 65534 --setuid 1000 rm -rf ") {
				t.Errorf("removed by %s", got)
			}
			return
		}
	}
	t.Error("nobody empties the user's folders")
}

// Root takes rules away by a tool of its own: one that another user has named may
// be another file by now. But it is of the kind that has made the rules.
func TestRootRunsItsOwnTools(t *testing.T) {
	const forOther = 1000000 // root, for a user who has this number
	for _, c := range []struct {
		uid, owner     int
		legacy, byRoot bool // the kind that has made the rules, and root's own
		want           string
	}{
		{1000, 1000, false, false, "/home/u/ipt"},
		{0, 0, false, false, "/home/u/ipt"}, // root has named it
		{0, 1000, false, false, "iptables"},
		{0, 1000, true, true, "iptables"},
		{0, 1000, true, false, "iptables-legacy"},
		{0, 1000, false, true, "iptables-nft"},
		{forOther, 1000, false, false, "iptables"},
	} {
		g := Gateway{Interface: "vagga", Network: addresses.DefaultNetwork, Tools: plan.UsualTools(), User: User{UID: c.uid}, ForOther: c.uid == forOther}
		g.Host.Legacy = c.byRoot
		g.Host.Found = Parts{Dir: true, Owner: c.owner,
			Note: &Note{Network: addresses.DefaultNetwork, Iptables: plan.Tool{"/home/u/ipt"}, Legacy: c.legacy}}
		removed := 0
		for _, s := range g.Destroy() {
			if s.About == "host: firewall" {
				removed++
				if s.Argv[0] != c.want {
					t.Errorf("%+v: %q", c, s.Argv)
				}
			}
		}
		if removed == 0 {
			t.Errorf("%+v: no rule is removed", c)
		}
	}
}
