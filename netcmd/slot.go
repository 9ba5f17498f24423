package netcmd

import (
	"fmt"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

// SlotVariable takes the number of the run's slot.
const SlotVariable = "_slot"

// claim takes a slot, where there is a gateway.
func (r Run) claim() plan.Plan {
	if r.isolated() {
		return nil
	}
	s := r.inGateway("gateway: a slot that no other run has", r.Gateway.Tools.Batch()...)
	first := r.Gateway.Network.Slot(0)
	s.Numbers = &plan.Numbers{
		Name: SlotVariable, Count: addresses.Slots,
		Values: []plan.Value{
			{Name: gatewayVar, First: addresses.Number(first.Gateway), Each: addresses.SlotSize, Form: plan.Address},
			{Name: gatewayMACVar, First: addresses.Number(first.Gateway), Each: addresses.SlotSize, Form: plan.Hardware},
			{Name: bridgeVar, First: addresses.Number(first.Bridge), Each: addresses.SlotSize, Form: plan.Address},
			{Name: bridgeMACVar, First: addresses.Number(first.Bridge), Each: addresses.SlotSize, Form: plan.Hardware},
		},
		// Of the first line: the kernel makes a device only once.
		Taken: "File exists\nCommand failed -:1",
		None:  fmt.Sprintf("all %d slots of the gateway %s are taken by other runs", addresses.Slots, r.Gateway.Interface),
		Cure: "end some of them (vagganet status lists them), or have another gateway beside it, and run there:\n" +
			"vagganet --interface vagga2 --network 10.123.0.0/16 create",
	}
	if r.HasPorts() {
		s.Numbers.Values = append(s.Numbers.Values, plan.Value{Name: zoneVar, First: uint32(first.Zone()), Each: 1})
	}
	slot := r.slot()
	s.Stdin = plan.Lines(
		fmt.Sprintf("link add %s address %s type veth peer name %s address %s netns %s",
			slot.GatewayDevice, slot.GatewayMAC, slot.BridgeDevice, slot.BridgeMAC, r.dir(Bridge)),
		fmt.Sprintf("addr add %s/30 dev %s", slot.Gateway, slot.GatewayDevice),
		"link set dev "+slot.GatewayDevice+" up")
	if r.Gateway.Tools.ARP() == nil {
		s.Stdin += plan.Lines(peer(slot.Bridge, slot.BridgeMAC, slot.GatewayDevice))
	}
	return plan.Plan{s}
}

// gatewayNeighbour writes down the bridge's hardware address, where claim doesn't:
// for an entry like this, ip reads all devices first, and the gateway has one for
// each run.
func (r Run) gatewayNeighbour() plan.Plan {
	arp := r.Gateway.Tools.ARP()
	if arp == nil || r.isolated() {
		return nil
	}
	slot := r.slot()
	return plan.Plan{r.inGateway("gateway: the bridge's hardware address", arp.With("-i", slot.GatewayDevice, "-s", slot.Bridge, slot.BridgeMAC)...)}
}

// slot is the run's, of which nothing is known before it is taken.
func (r Run) slot() addresses.SlotWords {
	number := plan.Var(SlotVariable)
	return addresses.SlotWords{
		GatewayDevice: addresses.GatewayEnd(number), BridgeDevice: addresses.BridgeEnd(number),
		Gateway: plan.Var(gatewayVar), Bridge: plan.Var(bridgeVar),
		GatewayMAC: plan.Var(gatewayMACVar), BridgeMAC: plan.Var(bridgeMACVar),
		Zone: plan.Var(zoneVar),
	}
}
