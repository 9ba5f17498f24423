package bench

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/commands/netns"
)

// packets measures what linked guests have of a network: on a bridge without
// any rules, with nothing cut, and with halves cut from each other. All of
// them stand at once and are measured in turns. Two sockets of this process,
// one in each guest's namespace, send to each other: no tool has to be installed.
func (b *bench) packets() error {
	plain, err := b.standFloor("plain", 10)
	if err != nil {
		return err
	}
	defer b.settle("ch0")
	defer plain.stop()
	networks := []*packetTimes{{guests: plain.guests}}
	for _, n := range []struct {
		name string
		m    int
		cut  bool
	}{{"10 guests, nothing cut", 10, false}, {"10 guests in halves", 10, true}, {"253 guests in halves", 253, true}} {
		// by name, as there are several
		name := fmt.Sprintf("packets-%d", len(networks))
		run, err := b.stand(n.m, "--name", name)
		if err != nil {
			return err
		}
		defer run.stop()
		if n.cut {
			if _, err := b.output(append([]string{"vagganet", "partition", "--run", name}, halves(n.m)...)...); err != nil {
				return err
			}
		}
		networks = append(networks, &packetTimes{name: n.name, guests: run.guests})
	}
	for range 7 {
		for _, n := range networks {
			if err := n.measure(); err != nil {
				return fmt.Errorf("%s: %w", n.name, err)
			}
		}
	}
	for _, n := range networks[1:] {
		const goal = 1.05
		b.compare(n.name+": TCP round trip", n.tcp, "plain bridge", networks[0].tcp, " µs", goal)
		b.compare(n.name+": UDP round trip", n.udp, "plain bridge", networks[0].udp, " µs", goal)
		b.compare(n.name+": a GB by TCP", n.gigabyte, "plain bridge", networks[0].gigabyte, " ms", goal)
	}
	return nil
}

// packetTimes are those between the last two guests of a network: their rules
// are the last ones to be looked at.
type packetTimes struct {
	name     string
	guests   []string
	tcp, udp samples // µs
	gigabyte samples // ms
}

func (p *packetTimes) measure() error {
	n := len(p.guests)
	from, to := p.guests[n-2], p.guests[n-1]
	address := benchRun(n, 0).Guests[n-1].IP.String()
	for _, network := range []string{"tcp", "udp"} {
		here, there, err := connection(network, from, to, address)
		if err != nil {
			return err
		}
		roundTrip, err := roundTrips(here, there)
		if err == nil && network == "udp" {
			p.udp = append(p.udp, roundTrip)
		}
		if err == nil && network == "tcp" {
			p.tcp = append(p.tcp, roundTrip)
			var took float64
			took, err = throughput(here, there)
			p.gigabyte = append(p.gigabyte, took)
		}
		unix.Close(here)
		unix.Close(there)
		if err != nil {
			return err
		}
	}
	return nil
}

// connection is a socket in each of two namespaces, connected, which block: so
// that the time is the kernel's, not that of Go's own waiting.
func connection(network, from, to, address string) (here, there int, err error) {
	var listener net.Listener
	var datagrams *net.UDPConn
	if err := netns.In(to, func() (err error) {
		if network == "tcp" {
			listener, err = net.Listen("tcp4", address+":0")
			return err
		}
		datagrams, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(address)})
		return err
	}); err != nil {
		return 0, 0, err
	}
	if network == "udp" {
		defer datagrams.Close()
		return udpConnection(datagrams, from)
	}
	defer listener.Close()
	var client net.Conn
	if err := netns.In(from, func() (err error) {
		client, err = net.DialTimeout("tcp4", listener.Addr().String(), 5*time.Second)
		return err
	}); err != nil {
		return 0, 0, err
	}
	server, err := listener.Accept()
	if err != nil {
		return 0, 0, err
	}
	if here, err = blocking(client.(*net.TCPConn)); err != nil {
		return 0, 0, err
	}
	there, err = blocking(server.(*net.TCPConn))
	return here, there, err
}

func udpConnection(to *net.UDPConn, from string) (here, there int, err error) {
	var client net.Conn
	if err := netns.In(from, func() (err error) {
		client, err = net.Dial("udp4", to.LocalAddr().String())
		return err
	}); err != nil {
		return 0, 0, err
	}
	if here, err = blocking(client.(*net.UDPConn)); err != nil {
		return 0, 0, err
	}
	if there, err = blocking(to); err != nil {
		return 0, 0, err
	}
	peer := client.LocalAddr().(*net.UDPAddr)
	return here, there, unix.Connect(there, &unix.SockaddrInet4{Port: peer.Port, Addr: [4]byte(peer.IP.To4())})
}

// blocking takes the socket away from Go. A lost packet is an error soon.
func blocking(c interface{ File() (*os.File, error) }) (int, error) {
	file, err := c.File()
	if err != nil {
		return 0, err
	}
	defer file.Close()
	fd, err := unix.FcntlInt(file.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		return 0, err
	}
	return fd, unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 2})
}

// roundTrips sends a byte to and fro, and returns the time for one in µs.
func roundTrips(here, there int) (float64, error) {
	const times = 8000
	failed := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		failed <- forward(there, there, times)
	}()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := time.Now()
	_, err := again(unix.Write, here, []byte("?"))
	if err == nil {
		err = forward(here, here, times-1)
	}
	if err == nil {
		_, err = again(unix.Read, here, make([]byte, 1))
	}
	took := time.Since(start)
	if other := <-failed; err == nil {
		err = other
	}
	return took.Seconds() * 1e6 / times, err
}

func forward(from, to, times int) error {
	b := make([]byte, 1)
	for range times {
		if _, err := again(unix.Read, from, b); err != nil {
			return err
		}
		if _, err := again(unix.Write, to, b); err != nil {
			return err
		}
	}
	return nil
}

// throughput sends a GB and returns how long that took, in ms.
func throughput(here, there int) (float64, error) {
	const size = 1_000_000_000
	failed := make(chan error, 1)
	start := time.Now()
	go func() {
		buf := make([]byte, 128<<10)
		for sent := 0; sent < size; {
			n, err := again(unix.Write, here, buf[:min(len(buf), size-sent)])
			if err != nil {
				failed <- err
				return
			}
			sent += n
		}
		failed <- nil
	}()
	buf := make([]byte, 128<<10)
	for got := 0; got < size; {
		n, err := again(unix.Read, there, buf)
		if err != nil || n == 0 {
			return 0, fmt.Errorf("after %d bytes: %w", got, err)
		}
		got += n
	}
	return since(start), <-failed
}

// again repeats what a signal of Go's own scheduling interrupts.
func again(call func(fd int, b []byte) (int, error), fd int, b []byte) (int, error) {
	for {
		n, err := call(fd, b)
		if err != unix.EINTR {
			return n, err
		}
	}
}
