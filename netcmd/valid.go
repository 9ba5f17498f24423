package netcmd

import (
	"net/netip"
	"slices"
	"strings"

	"vagganet/netcmd/addresses"
)

// IsName reports whether a text can be the name of a run, a command or a node:
// what a run says of itself may have been written over by a process of it, and
// anything can lie in the folder of runs.
func IsName(text string) bool {
	const longest = 100 // config allows 63 bytes, and a number may follow
	notInName := func(r rune) bool { return !isAlnum(r) && !strings.ContainsRune("._-~@+", r) }
	first := strings.TrimLeft(text, "_")
	return first != "" && isAlnum(rune(first[0])) && len(text) <= longest && !strings.ContainsFunc(text, notInName)
}

// Valid reports whether a run can have said that of itself.
func (i Info) Valid() bool {
	bad := func(g Guest) bool {
		ip6 := g.IP6 == netip.Addr{} || g.IP6.Is6() && g.IP6.Zone() == ""
		return !IsName(g.Name) || !IsName(g.Hostname) || !g.IP.Is4() || !ip6
	}
	mtu := i.MTU == 0 || i.MTU >= addresses.MinMTU && i.MTU <= addresses.MaxMTU
	return IsName(i.Run) && IsName(i.Command) && mtu && !slices.ContainsFunc(i.Guests, bad)
}
