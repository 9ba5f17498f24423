package doctor

import (
	"slices"

	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

// Needed returns the tools that plans for a gateway and for runs call: the
// plans are asked, so that no list of them can fall behind. Root's plans are
// looked at, as sudo is a matter of its own.
func Needed(g gateway.Gateway) []string {
	become := g.AsRoot(nil)
	g.Sudo = nil
	// Where this is root, it may be asked to remove the gateway of another user.
	g.Host.Found = gateway.Parts{Dir: true, Link: true, UserNS: true, NetNS: true, Owner: 1}
	run, l := sampleRun(g), live.Run{Tools: g.Tools}
	// What these call in turn is in their words, which differ.
	needed := []string{g.Tools.Hostname[0], "sh", "sleep"}
	for _, s := range become {
		needed = append(needed, s.Argv[0])
	}
	others := plan.Plan{l.ReadEnv("a", live.Process{PID: 1, UserID: 1}), g.ListForwards(nil)}
	for _, s := range slices.Concat(g.Create(), g.Destroy(), run.Plan(), others).All() {
		needed = append(needed, s.Tools()...)
		if s.OnlyEnv {
			needed = append(needed, "env") // of a script
		}
		if s.Inside != nil && s.Inside.Name != nil {
			needed = append(needed, "flock") // of a script
		}
	}
	slices.Sort(needed)
	return slices.Compact(needed)
}

// sampleRun is a run that needs all tools that runs need: it has a guest that sees
// the host's files, and one in a container, whose root is another folder.
func sampleRun(g gateway.Gateway) netcmd.Run {
	ip := addresses.DefaultGuestNetwork.Prefix().Addr().Next()
	container := &netcmd.FileSystem{Base: "/b", Tree: netcmd.Tree{"/": {{Name: "bin", Kind: netcmd.LinkEntry}, {Name: "init", Kind: netcmd.FileEntry}}}}
	return netcmd.Run{Name: "a", Command: "a", Gateway: g, Network: addresses.DefaultGuestNetwork,
		Guests: []netcmd.Guest{{Name: "a", Hostname: "a", IP: ip}, {Name: "b", Hostname: "b", IP: ip.Next()}},
		Children: []netcmd.Child{{Name: "a", Node: "a", Argv: []string{"sh"}},
			{Name: "b", Node: "b", Argv: []string{"sh"}, CleanEnv: true, Files: container}}}
}
