package config

import (
	"maps"
	"net/netip"
	"slices"
	"sort"
	"strings"
)

// parseNetwork reads what a guest asks of the bridge. An empty mapping asks
// for a guest with everything left to the defaults; nothing at all is refused,
// because vagga takes it as a child without a network.
func (p *parser) parseNetwork(e entry, what string) (*Network, error) {
	what = "network of " + what
	if err := p.checkPlain(e.value, what); err != nil {
		return nil, err
	}
	if isNull(e.value) {
		return nil, p.errorf(e.line, "%s is left empty; write {} for a guest with a free address, "+
			"or remove it for a child in your own network", what)
	}
	n := &Network{Line: e.line}
	err := p.parseFields(e.value, what, fieldMap{
		"ip": func(e entry) (err error) { n.IP, err = p.parseIP(e, what); return err },
		"hostname": func(e entry) (err error) {
			if n.Hostname, err = p.text(e.value, "hostname in "+what); err != nil {
				return err
			}
			if err := CheckName("hostname", n.Hostname); err != nil {
				return p.errorf(e.line, "%v", err)
			}
			return nil
		},
		"ports": func(e entry) (err error) { n.Ports, err = p.parsePorts(e, what); return err },
	}, nil)
	return n, err
}

func (p *parser) parseIP(e entry, what string) (netip.Addr, error) {
	text, err := p.expandedWord(e.value, "ip in "+what)
	if err != nil {
		return netip.Addr{}, err
	}
	ip, err := netip.ParseAddr(text)
	if err != nil || !ip.Is4() {
		return netip.Addr{}, p.errorf(e.line, "ip %s in %s must be an IPv4 address, 172.18.0.1 for example",
			quote(text), what)
	}
	return ip, nil
}

func (p *parser) parsePorts(e entry, what string) ([]Port, error) {
	what = "ports in " + what
	if err := p.checkPlain(e.value, what); err != nil {
		return nil, err
	}
	// 53 and 53/tcp are the same port.
	name := func(key string) string { return strings.TrimSuffix(key, "/tcp") }
	list, err := p.entries(e.value, what, name)
	if err != nil {
		return nil, err
	}
	var ports []Port
	for _, e := range list {
		port, err := p.parsePort(e, what)
		if err != nil {
			return nil, err
		}
		ports = append(ports, port)
	}
	sort.SliceStable(ports, func(i, j int) bool {
		a, b := ports[i], ports[j]
		return a.External < b.External || a.External == b.External && !a.UDP && b.UDP
	})
	return ports, nil
}

func (p *parser) parsePort(e entry, what string) (port Port, err error) {
	digits, protocol, given := strings.Cut(e.key, "/")
	port.UDP = protocol == "udp"
	var ok bool
	if port.External, ok = portNumber(digits); !ok || given && protocol != "tcp" && protocol != "udp" {
		return port, p.errorf(e.line, "%s: %s must be a number from 1 to 65535, "+
			"followed by /udp or /tcp or nothing", what, quote(e.key))
	}
	text, err := p.word(e.value, what)
	if err != nil {
		return port, err
	}
	if port.Internal, ok = portNumber(text); !ok {
		return port, p.errorf(e.line, "%s: %s leads to %s, which must be a number from 1 to 65535",
			what, quote(e.key), quote(text))
	}
	return port, nil
}

// NetworkOf returns the narrowest network, from a /24 to a /17, that has all
// addresses of the guests of some commands. It is the zero Prefix if there are no
// addresses, or if no such network has them all.
func NetworkOf(commands ...*Command) netip.Prefix {
	var ips []netip.Addr
	for _, c := range commands {
		for _, child := range c.Children {
			if child.Network != nil && child.Network.IP.IsValid() {
				ips = append(ips, child.Network.IP)
			}
		}
	}
	for bits := 24; bits >= 17 && len(ips) > 0; bits-- {
		network := netip.PrefixFrom(ips[0], bits).Masked()
		if !slices.ContainsFunc(ips, func(ip netip.Addr) bool { return !network.Contains(ip) }) {
			return network
		}
	}
	return netip.Prefix{}
}

// Network returns what NetworkOf does for all commands of the file.
func (f *File) Network() netip.Prefix {
	return NetworkOf(slices.Collect(maps.Values(f.Commands))...)
}
