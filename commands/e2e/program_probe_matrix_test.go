package e2e

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

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

const unanswered = " gives no answer at its control port"

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
