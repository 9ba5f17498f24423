package prober

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/live"
)

// guest is one end of links: four sockets in its network namespace.
type guest struct {
	name, netns string
	ip          netip.Addr
	udp         *net.UDPConn
	tcp         *net.TCPListener
	// udp6 is nil where IPv6 can't be tried: the run has none, or the guest has
	// that address no more.
	udp6 *net.UDPConn
	// arp is nil where ARP can't be tried.
	arp *arpSocket
	// trouble is why there are no sockets.
	trouble error
}

// answer is a live.Answer that several may write.
type answer struct{ atomic.Uint32 }

func (a *answer) set(is live.Answer) { a.Store(uint32(is)) }

func (a *answer) get() live.Answer {
	if is := a.Load(); is != 0 {
		return live.Answer(is)
	}
	return live.Silent
}

// openGuest makes a guest's sockets, at ports that the kernel chooses: so none
// that is in use is touched. A guest that has not its address any more is in
// trouble, which is no error.
func (p *probe) openGuest(g live.ProbeGuest, dir string) (*guest, error) {
	end := &guest{name: g.Name, netns: dir + "/" + g.Name, ip: g.IP}
	err := p.in(end, func() error {
		at := netip.AddrPortFrom(g.IP, 0)
		end.udp, end.trouble = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(at))
		if end.trouble == nil {
			end.tcp, end.trouble = net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(at))
		}
		if end.trouble == nil && g.IP6.IsValid() {
			at6 := netip.AddrPortFrom(g.IP6, 0)
			end.udp6, end.trouble = net.ListenUDP("udp6", net.UDPAddrFromAddrPort(at6))
			if !errors.Is(end.trouble, syscall.EMFILE) {
				end.trouble = nil
			}
		}
		if end.trouble == nil {
			end.arp, end.trouble = openARP(g.IP)
		}
		return nil
	})
	if errors.Is(end.trouble, syscall.EMFILE) {
		return end, end.trouble
	}
	return end, err
}

// in calls a function on a thread that is in the guest's network namespace.
func (p *probe) in(g *guest, call func() error) error {
	netns, err := os.Open(g.netns)
	if err != nil {
		return err
	}
	defer netns.Close()
	runtime.LockOSThread()
	if err := unix.Setns(int(netns.Fd()), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("enter %s: %w", g.netns, err)
	}
	err = call()
	// A thread that can't get back ends with its goroutine.
	if back := unix.Setns(int(p.own.Fd()), unix.CLONE_NEWNET); back != nil {
		return errors.Join(err, back)
	}
	runtime.UnlockOSThread()
	return err
}

func (p *probe) close() {
	for _, g := range p.guests {
		if g.udp != nil {
			g.udp.Close()
		}
		if g.udp6 != nil {
			g.udp6.Close()
		}
		if g.tcp != nil {
			g.tcp.Close()
		}
		if g.arp != nil {
			unix.Close(g.arp.fd)
		}
	}
	p.own.Close()
}
