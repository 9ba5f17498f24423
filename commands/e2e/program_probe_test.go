package e2e

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
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
//	probe hears [-p PORT] NAME=IP …    whose datagrams each of them gets, of all others'
//	probe one tcp|udp IP PORT          one try; prints the address the peer saw
//	probe knock IP PORT                datagrams from one socket, for ever; a line for each answer
//	probe hold IP FILE                 connect to a control port, and use it once FILE is there
//	probe wait [-p PORT] IP…           until all of them answer
//	probe count PORT [WHAT=LOW..HIGH …] what comes of datagrams that send sends; see series
//	probe send IP PORT N [EVERY]       that many numbered datagrams, one each so often (1ms)
//	probe dns LISTEN-IP ANSWER-IP      a name server with one address for all names
//	probe lookup udp|tcp NAME          asks the name servers of /etc/resolv.conf
const (
	defaultPort = 7000
	// Long against a bridge's round trip, and enough for TCP to knock again after
	// a second, and for ARP to end what it began while a link was cut; short
	// against a person's patience.
	probeTimeout = 1500 * time.Millisecond
	startTimeout = 20 * time.Second // for guests that are still coming up
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
	case "hears":
		return hears(args, port)
	case "hold":
		return hold(args, port)
	case "wait":
		return waitFor(args, port)
	case "one":
		return one(args)
	case "knock":
		return knock(args)
	case "dns":
		return serveDNS(args)
	case "lookup":
		return lookUp(args)
	case "count":
		return count(args)
	case "send":
		return send(args)
	case "request":
		return request(args)
	case "frame":
		return frame(args)
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

// hears prints a line for each guest: whom it hears, when all have said
// something to all others. It takes no answer for that, so it sees each
// direction for itself.
func hears(args []string, port int) error {
	var ips []string
	names := map[string]string{} // of an address
	for _, arg := range args {
		name, ip, _ := strings.Cut(arg, "=")
		ips = append(ips, ip)
		names[ip] = name
	}
	for _, line := range []string{"heard", "say " + strings.Join(ips, " ")} {
		for _, ip := range ips {
			if _, err := order(ip, line, port); err != nil {
				return err
			}
		}
	}
	for _, ip := range ips {
		answer, err := order(ip, "heard", port)
		if err != nil {
			return err
		}
		from := []string{}
		for _, other := range strings.Fields(answer) {
			if other != ip {
				from = append(from, names[other])
			}
		}
		slices.Sort(from)
		fmt.Printf("%s hears: %s\n", names[ip], strings.Join(from, " "))
	}
	return nil
}

// hold opens a connection, says so, and uses it when a file has come.
func hold(args []string, port int) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: probe hold IP FILE")
	}
	c, err := net.DialTimeout("tcp4", net.JoinHostPort(args[0], strconv.Itoa(port+1)), startTimeout)
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Println("connected")
	for {
		if _, err := os.Stat(args[1]); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	c.SetDeadline(time.Now().Add(startTimeout))
	fmt.Fprintln(c, "127.0.0.1")
	answer, err := bufio.NewReader(c).ReadString('\n')
	fmt.Print(answer)
	return err
}

// try returns the address that the peer saw.
func try(network, ip string, port int) (string, error) {
	deadline := time.Now().Add(probeTimeout)
	d := net.Dialer{Deadline: deadline}
	c, err := d.Dial(network, net.JoinHostPort(ip, strconv.Itoa(port)))
	for errors.Is(err, syscall.EHOSTUNREACH) && time.Now().Before(deadline) {
		// ARP had no answer to what it asked before: now it asks again.
		c, err = d.Dial(network, net.JoinHostPort(ip, strconv.Itoa(port)))
	}
	if err != nil {
		return "", err
	}
	defer c.Close()
	buf := make([]byte, 64)
	if network == "tcp" {
		c.SetDeadline(deadline)
		return readSeen(c, buf)
	}
	var refused error
	for {
		// A refused datagram shows as an error of a later call, and the
		// listener may be there for the next one. That not every one is
		// refused, as there is a limit to such messages, makes it no timeout.
		c.Write([]byte("?"))
		c.SetReadDeadline(earlier(deadline, time.Now().Add(udpInterval)))
		seen, err := readSeen(c, buf)
		if errors.Is(err, syscall.ECONNREFUSED) {
			refused = err
		}
		if err == nil {
			return seen, nil
		}
		if !time.Now().Before(deadline) {
			return "", cmp.Or(refused, err)
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

// knock is a client that goes on trying, by the same port of its own: conntrack
// knows it as long as it does.
func knock(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: probe knock IP PORT")
	}
	c, err := net.Dial("udp4", net.JoinHostPort(args[0], args[1]))
	if err != nil {
		return err
	}
	buf := make([]byte, 64)
	for {
		fmt.Println("knocking")
		c.Write([]byte("?"))
		next := time.Now().Add(50 * time.Millisecond)
		c.SetReadDeadline(next)
		if seen, err := readSeen(c, buf); err == nil {
			fmt.Println("answered", seen)
		}
		time.Sleep(time.Until(next))
	}
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
