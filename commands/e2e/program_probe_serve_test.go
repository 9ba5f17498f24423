package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// serve answers for ever. The echo shows the caller what its packets look like
// on arrival, which is how an address rewritten on the way comes to light.
func serve(port int) error {
	echo, err := net.Listen("tcp4", fmt.Sprintf(":%d", port))
	if err != nil {
		return err
	}
	datagrams, err := net.ListenUDP("udp4", &net.UDPAddr{Port: port})
	if err != nil {
		return err
	}
	if err := wantDestinations(datagrams); err != nil {
		return err
	}
	control, err := net.Listen("tcp4", fmt.Sprintf(":%d", port+1))
	if err != nil {
		return err
	}
	if err := serve6(port); err != nil && !errors.Is(err, syscall.EAFNOSUPPORT) && !errors.Is(err, syscall.EADDRNOTAVAIL) {
		return err
	}
	heard := &heard{by: map[string]bool{}}
	go echoDatagrams(datagrams, heard)
	go accept(control, func(c net.Conn) { takeOrder(c, port, heard) })
	return accept(echo, func(c net.Conn) { io.WriteString(c, hostOf(c.RemoteAddr())) })
}

// serve6 echoes to who comes by IPv6.
func serve6(port int) error {
	echo, err := net.Listen("tcp6", fmt.Sprintf(":%d", port))
	if err != nil {
		return err
	}
	datagrams, err := net.ListenPacket("udp6", fmt.Sprintf(":%d", port))
	if err != nil {
		return err
	}
	go accept(echo, func(c net.Conn) { io.WriteString(c, hostOf(c.RemoteAddr())) })
	go func() {
		buf := make([]byte, 64)
		for {
			_, from, err := datagrams.ReadFrom(buf)
			if err == nil {
				datagrams.WriteTo([]byte(hostOf(from)), from)
			}
		}
	}()
	return nil
}

func accept(l net.Listener, handle func(net.Conn)) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			handle(c)
		}()
	}
}

// wantDestinations makes each datagram come with the address that it was sent
// to.
func wantDestinations(c *net.UDPConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_PKTINFO, 1)
	})
	return errors.Join(err, failed)
}

// echoDatagrams answers from the address that was asked, as a node with a
// second address has to: by handing back the kernel's note of it, without the
// device, which is the route's to choose.
func echoDatagrams(c *net.UDPConn, heard *heard) {
	buf := make([]byte, 64)
	note := make([]byte, syscall.CmsgSpace(syscall.SizeofInet4Pktinfo))
	for {
		size, n, _, from, err := c.ReadMsgUDP(buf, note)
		if err != nil || n < len(note) {
			continue
		}
		heard.add(hostOf(from), string(buf[:size]))
		copy(note[syscall.CmsgLen(0):], []byte{0, 0, 0, 0})
		c.WriteMsgUDP([]byte(hostOf(from)), note, from)
	}
}

// takeOrder reads one line of addresses and answers a line for each,
// "IP tcp SEEN udp SEEN", with "-" where nothing came back. Or the line is "say"
// and addresses to send a datagram to, or "heard".
func takeOrder(c net.Conn, port int, heard *heard) {
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		return
	}
	targets := strings.Fields(line)
	if len(targets) > 0 && targets[0] == "say" {
		for _, ip := range targets[1:] {
			sayTo(ip, port, "hello")
		}
		return
	}
	if len(targets) > 0 && targets[0] == "heard" {
		fmt.Fprintln(c, strings.Join(heard.take(port), " "))
		return
	}
	answers := atOnce(targets, func(ip string) string {
		seen := atOnce([]string{"tcp", "udp"}, func(network string) string {
			s, err := try(network, ip, port)
			if err != nil {
				return "-"
			}
			return s
		})
		return fmt.Sprintf("%s tcp %s udp %s\n", ip, seen[0], seen[1])
	})
	io.WriteString(c, strings.Join(answers, ""))
}

// heard are the addresses from which a datagram has come.
type heard struct {
	sync.Mutex
	by   map[string]bool
	mark string // the last that the guest said to itself
}

func (h *heard) add(from, text string) {
	h.Lock()
	defer h.Unlock()
	if strings.HasPrefix(text, "mark ") {
		h.mark = text
		return
	}
	h.by[from] = true
}

// take lists them, and forgets them. What has arrived by now is behind nothing
// that the guest says to itself now.
func (h *heard) take(port int) []string {
	mark := fmt.Sprint("mark ", time.Now().UnixNano())
	sayTo("127.0.0.1", port, mark)
	for {
		h.Lock()
		if h.mark == mark {
			list := slices.Sorted(maps.Keys(h.by))
			clear(h.by)
			h.Unlock()
			return list
		}
		h.Unlock()
		time.Sleep(time.Millisecond)
	}
}

// sayTo sends a datagram, and doesn't mind if it is refused.
func sayTo(ip string, port int, text string) {
	c, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return
	}
	defer c.Close()
	c.WriteTo([]byte(text), &net.UDPAddr{IP: net.ParseIP(ip), Port: port})
}
