package e2e

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
)

// serveDNS is a name server: for all names it has the one address, by UDP and
// by TCP.
func serveDNS(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: probe dns LISTEN-IP ANSWER-IP")
	}
	answer, err := netip.ParseAddr(args[1])
	if err != nil {
		return err
	}
	listen := net.JoinHostPort(args[0], "53")
	datagrams, err := net.ListenPacket("udp4", listen)
	if err != nil {
		return err
	}
	streams, err := net.Listen("tcp4", listen)
	if err != nil {
		return err
	}
	go accept(streams, func(c net.Conn) {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, query); err == nil {
			said := dnsAnswer(query, answer)
			c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(said))), said...))
		}
	})
	for buf := make([]byte, 1500); ; {
		n, from, err := datagrams.ReadFrom(buf)
		if err != nil {
			return err
		}
		datagrams.WriteTo(dnsAnswer(buf[:n], answer), from)
	}
}

// dnsAnswer answers a query of one question: its header, its question, and for
// type A a record that refers to the question's name. Of other types there is
// nothing.
func dnsAnswer(query []byte, ip netip.Addr) []byte {
	const header = 12
	end := header
	for end < len(query) && query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5 // the empty label, type and class
	if end > len(query) {
		return nil
	}
	said := append([]byte{}, query[:end]...)
	copy(said[2:], []byte{0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0})
	if query[end-3] == 1 {
		said[7] = 1
		said = append(said, 0xc0, header, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4)
		said = append(said, ip.AsSlice()...)
	}
	return said
}

// lookUp asks the name servers of /etc/resolv.conf, by UDP or TCP.
func lookUp(args []string) error {
	if len(args) != 2 || args[0] != "udp" && args[0] != "tcp" {
		return errors.New("usage: probe lookup udp|tcp NAME")
	}
	resolver := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, server string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, args[0]+"4", server)
	}}
	found, err := resolver.LookupNetIP(context.Background(), "ip4", strings.TrimSuffix(args[1], ".")+".")
	if err == nil {
		fmt.Println(found[0])
	}
	return err
}
