package e2e

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
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
