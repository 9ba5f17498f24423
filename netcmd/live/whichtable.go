package live

import (
	"vagganet/netcmd/firewall"
	"vagganet/netcmd/links"
)

// byTable returns which of these cuts are made by ebtables (firewall.Frames: plain cuts)
// and which by iptables (firewall.Packets: all others). Where there is no ebtables,
// iptables makes all: settings.Tools finds that of the host, and project.WithoutEbtables
// of a child's root.
func (l Run) byTable(c links.Cuts) (dropped, others links.Cuts) {
	if l.Tools.Ebtables == nil {
		return links.FullMesh(c.Guests), c
	}
	return c.Only(func(s links.State) bool { return s.How == links.Drop }), c.Only(func(s links.State) bool { return s.How != links.Drop })
}

// NeedsBridgeFilter reports whether these cuts take br_netfilter.
func (l Run) NeedsBridgeFilter(c links.Cuts) bool {
	_, others := l.byTable(c)
	return others.CutsLinks()
}

// NeedsRules reports whether Partition must know the rules that there are now, to
// replace them by these cuts at once.
func (l Run) NeedsRules(c links.Cuts) bool {
	dropped, others := l.byTable(c)
	return l.Tools.Ebtables != nil && others.CutsLinks() ||
		!firewall.Frames.LinksFit(dropped, l.legacy(firewall.Frames)) || !firewall.Packets.LinksFit(others, l.legacy(firewall.Packets))
}

// legacy reports whether the run's tool for a table is of the legacy kind.
func (l Run) legacy(t firewall.Table) bool {
	return t == firewall.Packets && l.Legacy || t == firewall.Packets6 && l.Legacy6
}
