package e2e

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A datagram of probe send has its number, how many there are, and when it was
// sent, in nanoseconds of the clock that all guests have in common. The number of
// the last ones, which say that there are no more, is that of all.
const (
	countedBytes = 500
	goodbyes     = 40
	goodbyeEvery = 10 * time.Millisecond
	silence      = 2 * time.Second // much longer than anything is delayed in a test
)

func send(args []string) error {
	if len(args) < 3 || len(args) > 4 {
		return fmt.Errorf("usage: probe send IP PORT N [EVERY]")
	}
	total, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	every := time.Millisecond
	if len(args) == 4 {
		if every, err = time.ParseDuration(args[3]); err != nil {
			return err
		}
	}
	conn, err := net.Dial("udp4", net.JoinHostPort(args[0], args[1]))
	if err != nil {
		return err
	}
	for i := range total + goodbyes {
		// Who has to wait for the processor doesn't make up for it: the
		// receiver may have to wait, too, and has room for so many.
		time.Sleep(every)
		if i >= total {
			time.Sleep(goodbyeEvery)
		}
		datagram := make([]byte, countedBytes)
		binary.BigEndian.PutUint64(datagram, uint64(min(i, total)))
		binary.BigEndian.PutUint64(datagram[8:], uint64(total))
		binary.BigEndian.PutUint64(datagram[16:], uint64(time.Now().UnixNano()))
		conn.Write(datagram)
	}
	return nil
}

// series is what came of a series of datagrams: the numbers in their order, and
// how long each was on its way.
type series struct {
	total   int
	full    int // those that arrived where the receiver's socket was full
	numbers []int
	delays  []time.Duration
	took    time.Duration // from the first to the last
}

func count(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: probe count PORT [WHAT=LOW..HIGH …]")
	}
	conn, err := net.ListenPacket("udp4", ":"+args[0])
	if err != nil {
		return err
	}
	conn.(*net.UDPConn).SetReadBuffer(1 << 20)
	before, err := noRoom()
	if err != nil {
		return err
	}
	fmt.Println("listening")
	c, err := receive(conn)
	if err != nil {
		return err
	}
	after, err := noRoom()
	if err != nil {
		return err
	}
	c.full = after - before
	return c.judge(args[1:])
}

// noRoom is how many datagrams this network namespace has thrown away because
// nobody had read those before.
func noRoom() (int, error) {
	text, err := os.ReadFile("/proc/thread-self/net/snmp")
	if err != nil {
		return 0, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if i := slices.Index(names, "RcvbufErrors"); words[0] == "Udp:" && i > 0 {
			return strconv.Atoi(words[i])
		}
		if words[0] == "Udp:" {
			names = words
		}
	}
	return 0, errors.New("no RcvbufErrors in /proc/thread-self/net/snmp")
}

// receive takes all of one series: it ends with silence after a goodbye.
func receive(conn net.PacketConn) (series, error) {
	var c series
	var first time.Time
	buffer := make([]byte, 2048)
	for {
		n, _, err := conn.ReadFrom(buffer)
		if err, late := err.(net.Error); late && err.Timeout() {
			return c, nil
		}
		if err != nil {
			return c, err
		}
		now := time.Now()
		if n != countedBytes {
			continue
		}
		number := int(binary.BigEndian.Uint64(buffer))
		c.total = int(binary.BigEndian.Uint64(buffer[8:]))
		if number == c.total {
			conn.SetReadDeadline(now.Add(silence))
			continue
		}
		if len(c.numbers) == 0 {
			first = now
		}
		c.took = now.Sub(first)
		c.numbers = append(c.numbers, number)
		c.delays = append(c.delays, now.Sub(time.Unix(0, int64(binary.BigEndian.Uint64(buffer[16:])))))
	}
}

// figures are what can be asked of a series: in percent of what was sent, in
// milliseconds, and in bits per second.
func (c series) figures() map[string]float64 {
	seen := map[int]int{}
	overtaken, highest := 0, -1
	for _, n := range c.numbers {
		seen[n]++
		if n < highest && seen[n] == 1 {
			overtaken++
		}
		highest = max(highest, n)
	}
	delays := slices.Sorted(slices.Values(c.delays))
	at := func(part float64) float64 { return delays[int(part*float64(len(delays)-1))].Seconds() * 1000 }
	percent := func(n int) float64 { return 100 * float64(n) / float64(c.total) }
	return map[string]float64{
		"lost":      percent(max(0, c.total-len(seen)-c.full)),
		"copies":    percent(len(c.numbers) - len(seen)),
		"overtaken": percent(overtaken),
		"least":     at(0),
		"delay":     at(0.5),
		"low":       at(0.1),
		"high":      at(0.9),
		// with the headers of Ethernet, IP and UDP
		"rate": float64(len(c.numbers)-1) * (countedBytes + 42) * 8 / c.took.Seconds(),
	}
}

// judge prints all figures, and fails if one is not within its bounds.
func (c series) judge(bounds []string) error {
	if len(c.numbers) < 2 {
		return fmt.Errorf("%d of %d datagrams arrived", len(c.numbers), c.total)
	}
	figures := c.figures()
	fmt.Println(c.total, c.full, figures)
	for _, bound := range bounds {
		what, ends, _ := strings.Cut(bound, "=")
		low, high, _ := strings.Cut(ends, "..")
		from, err1 := strconv.ParseFloat(low, 64)
		to, err2 := strconv.ParseFloat(high, 64)
		figure, known := figures[what]
		if !known || err1 != nil || err2 != nil {
			return fmt.Errorf("%q is no bound", bound)
		}
		if figure < from || figure > to {
			return fmt.Errorf("%s is %g, not from %g to %g", what, figure, from, to)
		}
	}
	return nil
}
