package prober

import (
	"net"
	"time"

	"vagganet/netcmd/live"
)

// datagrams are those of IPv4 or of IPv6.
type datagrams struct {
	socket  func(*guest) *net.UDPConn // nil where they can't be tried
	answers []answer
}

func (p *probe) datagrams() []datagrams {
	return []datagrams{
		{func(g *guest) *net.UDPConn { return g.udp }, p.udp},
		{func(g *guest) *net.UDPConn { return g.udp6 }, p.udp6},
	}
}

// receive notes whose datagrams come to a guest, until its socket is closed.
func (p *probe) receive(d datagrams, to int) {
	buf := make([]byte, messageSize+1) // what is longer is not ours
	socket := d.socket(p.guests[to])
	for {
		n, _, err := socket.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if from, ours := p.sender(buf[:n], to); ours {
			d.answers[p.number(from, to)].set(live.Through)
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
		for _, d := range p.datagrams() {
			for _, other := range to {
				if d.answers[p.number(from, other)].get() != live.Silent {
					continue
				}
				there := d.socket(p.guests[other]).LocalAddr().(*net.UDPAddr)
				// An error is one of the way there: what doesn't arrive is silent.
				d.socket(p.guests[from]).WriteToUDPAddrPort(p.message(from, other), there.AddrPort())
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
