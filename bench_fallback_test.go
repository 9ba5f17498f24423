package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// fallback measures how far apart the links of 10 guests are cut where that is
// done in the guests: by packets that are sent all the time, to each guest by one
// of the other half. A packet says when it was sent; the last one that came
// through says when the link was cut.
func (b *bench) fallback() error {
	const m = 10
	for _, kind := range []string{"legacy", "nft"} {
		tool := "iptables-" + kind
		if _, err := exec.LookPath(tool); err != nil {
			b.lines = append(b.lines, tableLine{what: "guests cut without br_netfilter, " + tool, measured: "not installed"})
			continue
		}
		b.env = append(b.env, "VAGGANET_IPTABLES="+tool)
		skew, whole, err := b.fallbackOf(m)
		b.env = b.env[:len(b.env)-1]
		if err != nil {
			return fmt.Errorf("%s: %w", tool, err)
		}
		goal := 2.0
		if kind == "nft" {
			goal = 0 // to be measured only
		}
		b.limit(fmt.Sprintf("%d guests cut without br_netfilter, %s: first link to last", m, tool), skew, " ms", goal)
		b.limit(fmt.Sprintf("%d guests cut without br_netfilter, %s: the command", m, tool), whole, " ms", 0)
	}
	return nil
}

func (b *bench) fallbackOf(m int) (skew, whole samples, err error) {
	run, err := b.stand(m, "--no-br-netfilter")
	if err != nil {
		return nil, nil, err
	}
	defer b.settle("ch0")
	defer run.stop()
	for range 9 {
		s, w, err := b.skewOnce(run.guests)
		if err != nil {
			return nil, nil, err
		}
		skew, whole = append(skew, s), append(whole, w)
		if _, err := b.output("vagganet", "partition", "fullmesh"); err != nil {
			return nil, nil, err
		}
	}
	return skew, whole, nil
}

// every is how often each link has a packet: the skew is known to that.
const every = 200 * time.Microsecond

func (b *bench) skewOnce(guests []string) (skew, whole float64, err error) {
	links, err := openLinks(guests)
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		for _, l := range links {
			unix.Close(l.from)
			unix.Close(l.to)
		}
	}()
	stop, stopped := make(chan struct{}), make(chan struct{})
	start := time.Now()
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
			}
			for _, l := range links {
				unix.Write(l.from, binary.NativeEndian.AppendUint64(nil, uint64(time.Since(start))))
			}
			time.Sleep(every)
		}
	}()
	time.Sleep(20 * time.Millisecond)
	whole, err = b.wholeTime(append([]string{"vagganet", "partition"}, halves(len(guests))...)...)
	close(stop)
	<-stopped
	if err != nil {
		return 0, 0, err
	}
	var last []time.Duration
	for _, l := range links {
		at, err := l.lastSent()
		if err != nil {
			return 0, 0, err
		}
		last = append(last, at)
	}
	return (slices.Max(last) - slices.Min(last)).Seconds() * 1000, whole, nil
}

// probedLink is a link between halves, as two sockets. What comes is kept by the
// kernel until it is looked at, so that nobody else runs meanwhile.
type probedLink struct{ from, to int }

func openLinks(guests []string) ([]probedLink, error) {
	var links []probedLink
	m := len(guests)
	for to := range guests {
		from := (to + m/2) % m
		address := benchRun(m, 0).Guests[to].IP.String()
		here, there, err := connection("udp", guests[from], guests[to], address)
		if err != nil {
			return nil, err
		}
		links = append(links, probedLink{here, there})
		if err := unix.SetsockoptInt(there, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 64<<20); err != nil {
			return nil, err
		}
	}
	return links, nil
}

// lastSent is when the last packet was sent that arrived.
func (l probedLink) lastSent() (time.Duration, error) {
	var last time.Duration
	b := make([]byte, 8)
	for {
		n, _, err := unix.Recvfrom(l.to, b, unix.MSG_DONTWAIT)
		if err == unix.EAGAIN {
			break
		}
		if err != nil {
			return 0, err
		}
		if n == len(b) {
			last = max(last, time.Duration(binary.NativeEndian.Uint64(b)))
		}
	}
	if last == 0 {
		return 0, fmt.Errorf("no packet came, though nothing was cut: %w", net.ErrClosed)
	}
	return last, nil
}
