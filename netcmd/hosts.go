package netcmd

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode"
)

// hosts is /etc/hosts for everything in the run: the run's own names, and below
// them what the host's file has besides. A name of the run's is left out there,
// since some resolvers take all addresses of a name.
func (r Run) hosts() string {
	var b strings.Builder
	known := map[string]bool{}
	line := func(address string, names ...string) {
		fmt.Fprintf(&b, "%s\t%s\n", address, strings.Join(names, " "))
		for _, name := range names {
			known[strings.ToLower(name)] = true
		}
	}
	line("127.0.0.1", "localhost")
	line("::1", "localhost", "ip6-localhost", "ip6-loopback")
	node := func(ip, ip6 netip.Addr, names ...string) {
		line(ip.String(), names...)
		if r.Network6.IsValid() {
			line(ip6.String(), names...)
		}
	}
	for _, g := range r.Guests {
		if g.Name == g.Hostname {
			node(g.IP, g.IP6, g.Name)
		} else {
			node(g.IP, g.IP6, g.Hostname, g.Name)
		}
	}
	if !known[Bridge] {
		node(r.Network.Bridge(), r.bridge6(), Bridge)
	}
	if !known[hostName] && !r.isolated() {
		line(r.Gateway.Network.Host().String(), hostName)
	}
	for text := range strings.Lines(r.Hosts) {
		if address, names := hostsLine(text, known); names != nil {
			fmt.Fprintf(&b, "%s\t%s\n", address, strings.Join(names, " "))
		}
	}
	return b.String()
}

// hostName is what guests call the host.
const hostName = "host"

// hostsLine reads a line of hosts(5), without the names that are known already;
// names is nil where none is left.
func hostsLine(text string, known map[string]bool) (address string, names []string) {
	text, _, _ = strings.Cut(text, "#")
	fields := strings.Fields(text)
	if len(fields) < 2 {
		return "", nil
	}
	if _, err := netip.ParseAddr(fields[0]); err != nil {
		return "", nil
	}
	for _, name := range fields[1:] {
		if !known[strings.ToLower(name)] && !strings.ContainsFunc(name, unicode.IsControl) {
			names = append(names, name)
		}
	}
	return fields[0], names
}
