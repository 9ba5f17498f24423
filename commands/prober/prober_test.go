package prober

import (
	"bytes"
	"net"
	"net/netip"
	"testing"
)

// Only what this process sent to this guest counts.
func TestSender(t *testing.T) {
	p := &probe{guests: make([]*guest, 3), token: [16]byte{1, 2, 3}}
	stranger := &probe{guests: p.guests, token: [16]byte{1, 2, 4}}
	if from, ours := p.sender(p.message(2, 1), 1); !ours || from != 2 {
		t.Errorf("from %d, %v", from, ours)
	}
	for name, message := range map[string][]byte{
		"another check's": stranger.message(2, 1),
		"for another":     p.message(2, 0),
		"from nobody":     p.message(3, 1),
		"too short":       p.message(2, 1)[:messageSize-1],
		"too long":        append(p.message(2, 1), 0),
		"empty":           nil,
		"zeros":           bytes.Repeat([]byte{0}, messageSize),
	} {
		if from, ours := p.sender(message, 1); ours {
			t.Errorf("%s is taken for one from %d", name, from)
		}
	}
}

// Of all ARP that comes to a guest, only the requests of this process count. They
// are as RFC 5227 has them: no table learns from them, and nobody answers.
func TestRequest(t *testing.T) {
	p := &probe{token: [16]byte{1, 2, 3}}
	for _, ip := range []string{"172.18.0.1", "172.18.0.2"} {
		ip := netip.MustParseAddr(ip)
		p.guests = append(p.guests, &guest{ip: ip, arp: &arpSocket{mac: net.HardwareAddr{2, 0, 172, 18, 0, ip.As4()[3]}}})
	}
	stranger := &probe{guests: p.guests, token: [16]byte{1, 2, 4}}
	request := p.request(1)
	want := []byte{0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 172, 18, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 172, 18, 0, 2}
	if !bytes.Equal(request[:28], want) {
		t.Errorf("% x", request)
	}
	if from, ours := p.requester(request); !ours || from != 1 {
		t.Errorf("from %d, %v", from, ours)
	}
	nobody := bytes.Clone(request)
	nobody[len(nobody)-1] = 2
	for name, request := range map[string][]byte{
		"another check's": stranger.request(1),
		"from nobody":     nobody,
		"without padding": request[:28],
		"a real one":      append(request[:28:28], make([]byte, 18)...),
		"too long":        append(bytes.Clone(request), 0),
	} {
		if from, ours := p.requester(request); ours {
			t.Errorf("%s is taken for one from %d", name, from)
		}
	}
}
