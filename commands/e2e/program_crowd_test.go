package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// crowd is the program in the guests of the crowd tests, where the probe would
// be too kind: it tries again.
//
//	crowd serve WORD PORT…          answers WORD, by TCP and UDP
//	crowd ask WORD PORT IP…         all at once, one datagram and one connection
//	                                each; IP may be FIRST-LAST. All must answer WORD
//	crowd wait WORD PORT IP…        asks until all of them do
//	crowd node WORD PORT PIPE IP…   serves, and asks when that pipe has a writer
//	crowd only WORD PORT FIRST-LAST IP   of these ports, PORT alone answers
const (
	// long, as hundreds of processes may want the same core
	crowdPatience = 20 * time.Second
	crowdWait     = 90 * time.Second
	// for those that should not answer
	crowdSilence = 3 * time.Second
)

func crowdMain() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: crowd serve|ask|wait|node|only WORD PORT …")
		os.Exit(2)
	}
	verb, word, args := os.Args[1], os.Args[2], os.Args[3:]
	err := map[string]func(string, []string) error{
		"serve": crowdServe, "ask": crowdAsk, "node": crowdNode, "wait": crowdWaitFor, "only": crowdOnly,
	}[verb](word, args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "crowd:", err)
		os.Exit(1)
	}
}

func crowdServe(word string, ports []string) error {
	failed := make(chan error)
	for _, port := range ports {
		l, err := net.Listen("tcp4", ":"+port)
		if err != nil {
			return err
		}
		c, err := net.ListenPacket("udp4", ":"+port)
		if err != nil {
			return err
		}
		// for as many as ask at once, where the system lets us
		raw, err := c.(*net.UDPConn).SyscallConn()
		if err != nil {
			return err
		}
		raw.Control(func(fd uintptr) {
			syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUFFORCE, 1<<22)
		})
		go func() { failed <- accept(l, func(c net.Conn) { fmt.Fprintln(c, word) }) }()
		go func() {
			for buf := make([]byte, 64); ; {
				if _, from, err := c.ReadFrom(buf); err == nil {
					c.WriteTo([]byte(word+"\n"), from)
				}
			}
		}()
	}
	return <-failed
}

// crowdAsk says how many answered rightly, of how many probes.
func crowdAsk(word string, args []string) error {
	targets, err := crowdTargets(args)
	if err != nil {
		return err
	}
	wrong := crowdWrong(word, targets)
	fmt.Printf("%d of %d answered\n", 2*len(targets)-len(wrong), 2*len(targets))
	if len(wrong) > 0 {
		var whys []string
		for _, w := range wrong[:min(len(wrong), 5)] {
			whys = append(whys, w.why)
		}
		return fmt.Errorf("%s", strings.Join(whys, "; "))
	}
	return nil
}

func crowdNode(word string, args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("usage: crowd node WORD PORT PIPE IP…")
	}
	ended := make(chan error)
	go func() { ended <- crowdServe(word, args[:1]) }()
	// Opening waits for the writer. A thousand of us that looked now and then would
	// be all that a small machine can do.
	if _, err := os.Open(args[1]); err != nil {
		return err
	}
	// A socket holds three hundred datagrams that wait to be read.
	time.Sleep(rand.N(4 * time.Second))
	if err := crowdAsk(word, append(args[:1:1], args[2:]...)); err != nil {
		fmt.Println("not all:", err)
	}
	return <-ended
}

func crowdWaitFor(word string, args []string) error {
	targets, err := crowdTargets(args)
	if err != nil {
		return err
	}
	probes := 2 * len(targets)
	for deadline := time.Now().Add(crowdWait); ; time.Sleep(200 * time.Millisecond) {
		wrong := crowdWrong(word, targets)
		if len(wrong) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("after %v still %d of %d are wrong: %s", crowdWait, len(wrong), probes, wrong[0].why)
		}
		// Those that have answered go on doing so.
		targets = nil
		for _, w := range wrong {
			if !slices.Contains(targets, w.target) {
				targets = append(targets, w.target)
			}
		}
	}
}

// crowdOnly looks for those whom this run must not meet: each run's guest has a
// port of its own, at an address that they all have.
func crowdOnly(word string, args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("usage: crowd only WORD PORT FIRST-LAST IP")
	}
	var first, last int
	if _, err := fmt.Sscanf(args[1], "%d-%d", &first, &last); err != nil {
		return err
	}
	var ports []string
	for port := first; port <= last; port++ {
		ports = append(ports, strconv.Itoa(port))
	}
	return errors.Join(atOnce(ports, func(port string) error {
		patience := crowdSilence
		if port == args[0] {
			patience = crowdPatience
		}
		for _, network := range []string{"tcp", "udp"} {
			said, err := crowdTry(network, net.JoinHostPort(args[2], port), patience)
			if port == args[0] && said != word || port != args[0] && err == nil {
				return fmt.Errorf("%s port %s says %q, %v", network, port, said, err)
			}
		}
		return nil
	})...)
}

// crowdTargets are the addresses with their port.
func crowdTargets(args []string) ([]string, error) {
	var targets []string
	for _, arg := range args[1:] {
		from, to, isRange := strings.Cut(arg, "-")
		if !isRange {
			to = from
		}
		first, err := netip.ParseAddr(from)
		if err != nil {
			return nil, err
		}
		last, err := netip.ParseAddr(to)
		if err != nil {
			return nil, err
		}
		for ip := first; ip.Compare(last) <= 0; ip = ip.Next() {
			targets = append(targets, net.JoinHostPort(ip.String(), args[0]))
		}
	}
	return targets, nil
}

// A crowdMiss is a probe that was not answered rightly.
type crowdMiss struct{ target, why string }

func crowdWrong(word string, targets []string) (wrong []crowdMiss) {
	var all sync.WaitGroup
	var lock sync.Mutex
	for _, target := range targets {
		for _, network := range []string{"tcp", "udp"} {
			all.Add(1)
			go func() {
				defer all.Done()
				said, err := crowdTry(network, target, crowdPatience)
				if err == nil && said == word {
					return
				}
				lock.Lock()
				defer lock.Unlock()
				wrong = append(wrong, crowdMiss{target, fmt.Sprintf("%s %s says %q, %v", network, target, said, err)})
			}()
		}
	}
	all.Wait()
	return wrong
}

func crowdTry(network, target string, patience time.Duration) (string, error) {
	deadline := time.Now().Add(patience)
	c, err := net.DialTimeout(network+"4", target, patience)
	if err != nil {
		return "", err
	}
	defer c.Close()
	c.SetDeadline(deadline)
	if network == "udp" {
		if _, err := c.Write([]byte("?")); err != nil {
			return "", err
		}
	}
	said, err := bufio.NewReader(c).ReadString('\n')
	return strings.TrimSpace(said), err
}
