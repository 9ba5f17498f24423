package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The probe is the only program that the guests of the kernel tests run. It is
// this test binary under another name, so nothing has to be installed where it
// runs, and it needs no privilege.
//
//	probe serve [PORT]                 echo the caller's address; PORT+1 takes orders
//	probe matrix [-p PORT] NAME=IP …   who reaches whom, asked of every guest at once
//	probe one tcp|udp IP PORT          one try; prints the address the peer saw
//	probe wait [-p PORT] IP…           until all of them answer
//	probe dns LISTEN-IP ANSWER-IP      a name server with one address for all names
//	probe lookup udp|tcp NAME          asks the name servers of /etc/resolv.conf
const (
	defaultPort  = 7000
	probeTimeout = 500 * time.Millisecond // long against a bridge's round trip, short against a person's patience
	startTimeout = 5 * time.Second        // for guests that are still coming up
)

// Two more datagrams follow the first, as one may be lost without anybody's
// intention.
const udpInterval = probeTimeout / 3

func probeMain() {
	// Process 1 of a namespace does not die of a signal: it has to leave.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		got := <-signals
		os.Exit(128 + int(got.(syscall.Signal)))
	}()
	if err := probe(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

func probe(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: probe serve|matrix|one|wait")
	}
	verb, args := args[0], args[1:]
	port := defaultPort
	takesPort := verb == "serve" && len(args) == 1
	if len(args) >= 2 && args[0] == "-p" {
		args, takesPort = args[1:], true
	}
	if takesPort {
		var err error
		if port, err = strconv.Atoi(args[0]); err != nil {
			return err
		}
		args = args[1:]
	}
	switch verb {
	case "serve":
		return serve(port)
	case "matrix":
		return matrix(args, port)
	case "wait":
		return waitFor(args, port)
	case "one":
		return one(args)
	case "dns":
		return serveDNS(args)
	case "lookup":
		return lookUp(args)
	}
	return fmt.Errorf("unknown verb %q", verb)
}

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
	go echoDatagrams(datagrams)
	go accept(control, func(c net.Conn) { takeOrder(c, port) })
	return accept(echo, func(c net.Conn) { io.WriteString(c, hostOf(c.RemoteAddr())) })
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
func echoDatagrams(c *net.UDPConn) {
	buf := make([]byte, 64)
	note := make([]byte, syscall.CmsgSpace(syscall.SizeofInet4Pktinfo))
	for {
		_, n, _, from, err := c.ReadMsgUDP(buf, note)
		if err != nil || n < len(note) {
			continue
		}
		copy(note[syscall.CmsgLen(0):], []byte{0, 0, 0, 0})
		c.WriteMsgUDP([]byte(hostOf(from)), note, from)
	}
}

// takeOrder reads one line of addresses and answers a line for each,
// "IP tcp SEEN udp SEEN", with "-" where nothing came back.
func takeOrder(c net.Conn, port int) {
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		return
	}
	targets := strings.Fields(line)
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

// try returns the address that the peer saw.
func try(network, ip string, port int) (string, error) {
	deadline := time.Now().Add(probeTimeout)
	d := net.Dialer{Deadline: deadline}
	c, err := d.Dial(network+"4", net.JoinHostPort(ip, strconv.Itoa(port)))
	if err != nil {
		return "", err
	}
	defer c.Close()
	buf := make([]byte, 64)
	if network == "tcp" {
		c.SetDeadline(deadline)
		return readSeen(c, buf)
	}
	for {
		// A refused datagram shows as an error of a later call, and the
		// listener may be there for the next one.
		c.Write([]byte("?"))
		c.SetReadDeadline(earlier(deadline, time.Now().Add(udpInterval)))
		seen, err := readSeen(c, buf)
		if err == nil || !time.Now().Before(deadline) {
			return seen, err
		}
		if ne, ok := err.(net.Error); !ok || !ne.Timeout() {
			time.Sleep(udpInterval)
		}
	}
}

func readSeen(c net.Conn, buf []byte) (string, error) {
	n, err := c.Read(buf)
	if n > 0 {
		return string(buf[:n]), nil
	}
	return "", err
}

// matrix prints a line for every ordered pair, sorted by name.
func matrix(args []string, port int) error {
	var ips []string
	names := map[string]string{} // of an address
	for _, arg := range args {
		name, ip, ok := strings.Cut(arg, "=")
		if !ok {
			return fmt.Errorf("%q is not NAME=IP", arg)
		}
		ips = append(ips, ip)
		names[ip] = name
	}
	// Nobody is asked before everybody is there.
	if err := waitFor(ips, port); err != nil {
		return err
	}
	answers := atOnce(ips, func(ip string) []string {
		peers := slices.DeleteFunc(slices.Clone(ips), func(p string) bool { return p == ip })
		return row(ip, peers, names, port)
	})
	lines := slices.Concat(answers...)
	slices.Sort(lines)
	var silent error
	for _, line := range lines {
		fmt.Println(line)
		if strings.HasSuffix(line, unanswered) {
			silent = fmt.Errorf("%s", line)
		}
	}
	return silent
}

const unanswered = " gives no answer at its control port"

// row asks one guest for all of its peers.
func row(ip string, peers []string, names map[string]string, port int) []string {
	name := names[ip]
	answer, err := order(ip, strings.Join(peers, " "), port)
	if err != nil {
		return []string{name + unanswered}
	}
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(answer), "\n") {
		var peer, tcp, udp string
		if n, _ := fmt.Sscanf(line, "%s tcp %s udp %s", &peer, &tcp, &udp); n == 3 {
			lines = append(lines, fmt.Sprintf("%s->%s tcp %s udp %s", name, names[peer], verdict(tcp, ip), verdict(udp, ip)))
		}
	}
	if len(lines) != len(peers) {
		return []string{name + unanswered}
	}
	return lines
}

// verdict tells a plain success from one under somebody else's address.
func verdict(seen, own string) string {
	switch seen {
	case "-":
		return "no"
	case own:
		return "yes"
	}
	return "yes(" + seen + ")"
}

// order sends a line to a guest's control port and returns the answer, and has
// patience with a guest that is still starting.
func order(ip, line string, port int) (string, error) {
	var err error
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var c net.Conn
		c, err = net.DialTimeout("tcp4", net.JoinHostPort(ip, strconv.Itoa(port+1)), time.Second)
		if err != nil {
			continue
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(startTimeout))
		fmt.Fprintln(c, line)
		answer, err := io.ReadAll(c)
		return string(answer), err
	}
	return "", err
}

func waitFor(ips []string, port int) error {
	for i, err := range atOnce(ips, func(ip string) error { _, err := order(ip, "", port); return err }) {
		if err != nil {
			return fmt.Errorf("%s%s: %w", ips[i], unanswered, err)
		}
	}
	return nil
}

func one(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("usage: probe one tcp|udp IP PORT")
	}
	port, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	seen, err := try(args[0], args[1], port)
	if err == nil {
		fmt.Println(seen)
	}
	return err
}

// atOnce is map with a goroutine for each element.
func atOnce[T, R any](in []T, f func(T) R) []R {
	out := make([]R, len(in))
	var wg sync.WaitGroup
	for i := range in {
		wg.Add(1)
		go func() {
			defer wg.Done()
			out[i] = f(in[i])
		}()
	}
	wg.Wait()
	return out
}

func hostOf(a net.Addr) string {
	host, _, _ := net.SplitHostPort(a.String())
	return host
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
