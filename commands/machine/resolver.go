package machine

import (
	"net/netip"
	"os"
	"strings"

	"vagganet/netcmd/gateway"
)

// The files that say how the host looks names up. The second one is kept by
// systemd-resolved, where that is the host's resolver.
const (
	resolvConf   = "/etc/resolv.conf"
	upstreamConf = "/run/systemd/resolve/resolv.conf"
)

func resolver() gateway.Resolver {
	text, _ := os.ReadFile(resolvConf)
	var r gateway.Resolver
	r.Servers, r.Options = parseResolvConf(string(text))
	text, _ = os.ReadFile(upstreamConf)
	r.Upstream, _ = parseResolvConf(string(text))
	return r
}

// parseResolvConf reads the text of a resolv.conf: its servers, and its other
// lines as they are. What the C library passes over, it does, too.
func parseResolvConf(text string) (servers []netip.Addr, options []string) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) < 2 || strings.ContainsAny(words[0][:1], "#;"):
		case words[0] == "nameserver":
			ip, err := netip.ParseAddr(words[1])
			if err == nil && ip.IsUnspecified() {
				ip = netip.AddrFrom4([4]byte{127, 0, 0, 1}) // where it listens, if at all
			}
			if err == nil {
				servers = append(servers, ip)
			}
		default:
			options = append(options, strings.Join(words, " "))
		}
	}
	return servers, options
}
