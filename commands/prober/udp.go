package prober

import (
	"net"
	"net/netip"
	"time"

	"vagganet/netcmd"
)

// receive notes whose datagrams come to a guest, until its socket is closed.
func (p *probe) receive(to int) {
	buf := make([]byte, messageSize+1) // what is longer is not ours
	for {
		n, _, err := p.guests[to].udp.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if from, ours := p.sender(buf[:n], to); ours {
			p.udp[p.number(from, to)].set(netcmd.Through)
		}
	}
}

// send sends datagrams from one guest to others, again and again, until all have
// arrived or the time is up. A datagram may be lost without anybody's intention.
func (p *probe) send(from int, to []int, limit time.Duration) {
	start := time.Now()
	for round, pause := 0, 10*time.Millisecond; round < 3 || time.Since(start) < limit; round++ {
		p.turn <- struct{}{}
		waiting := false
		for _, other := range to {
			if p.udp[p.number(from, other)].get() != netcmd.Through {
				// An error is one of the way there: what doesn't arrive is silent.
				p.guests[from].udp.WriteToUDPAddrPort(p.message(from, other), udpAddress(p.guests[other]))
				waiting = true
			}
		}
		<-p.turn
		if !waiting {
			return
		}
		time.Sleep(pause)
		pause = min(2*pause, limit/3, 300*time.Millisecond)
	}
}

func udpAddress(g *guest) netip.AddrPort {
	return netip.AddrPortFrom(g.ip, uint16(g.udp.LocalAddr().(*net.UDPAddr).Port))
}
