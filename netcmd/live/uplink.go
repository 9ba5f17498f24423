package live

import (
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/firewall"
	"vagganet/netcmd/links"
	"vagganet/netcmd/plan"
)

func (l Run) uplinkDevice() string { return addresses.Slot{Number: l.Slot}.BridgeDevice() }

// CutUplinks is the plan that cuts these uplinks and no others, in one
// transaction. Links between guests stay as they are. Now is what there is.
func (l Run) CutUplinks(c links.Cuts, now Observed) plan.Plan {
	s := l.restore(firewall.Packets, now.packets.Hooked(firewall.UplinkChain, firewall.Packets.Transaction(firewall.UplinkChains(c, l.uplinkDevice(), l.addressOf()))))
	s.About = "bridge: which uplinks are cut"
	return plan.Plan{s}
}
