package machine

import "vagganet/netcmd/gateway"

// ForGateway returns what the gateway's plans need of the facts, with what the user
// asks for.
func (f Facts) ForGateway(noIptables, noHost bool) gateway.HostFacts {
	found := f.Gateway.Parts
	found.Owner = max(f.Gateway.Owner, 0)
	return gateway.HostFacts{
		Forwarding:       f.Forwarding,
		Neighbours:       f.Neighbours,
		NeighboursBefore: f.NeighboursBefore,
		BridgeFilter:     f.BridgeFilter || f.NoBridgeFilter,
		Restricted:       f.Restricted,
		Modules:          f.Modules,
		Legacy:           f.Legacy,
		Resolver:         f.Resolver.Local(),
		NoIptables:       noIptables,
		NoHost:           noHost,
		IPv6:             f.IPv6,
		Found:            found,
	}
}
