// Package prober finds out between which guests of a run packets arrive. It is one
// process for all of them: a socket belongs to the network namespace in which it
// was made, and may be used from anywhere. So nothing has to be in the guests, and
// both ends of a link are known in one place.
package prober

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/live"
)

// patience is for how long at least a link that is not cut is tried, so that a
// machine that is busy doesn't make it look dead.
const patience = 5 * time.Second

const (
	// senders is how many guests send datagrams at the same time.
	senders = 4
	// connectionsMost is how many connections are tried at the same time.
	connectionsMost = 4096
)

// newToken returns one that no other process has. It is no secret.
func newToken() [16]byte {
	return [16]byte(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, rand.Uint64()), rand.Uint64()))
}

// Main reads a live.Probe and writes live.Answers.
func Main(in io.Reader, out io.Writer) error {
	var what live.Probe
	if err := json.NewDecoder(in).Decode(&what); err != nil {
		return err
	}
	p, err := open(what)
	if err != nil {
		return err
	}
	defer p.close()
	p.run()
	return json.NewEncoder(out).Encode(p.answers())
}

// probe is what is being found out. Links are numbered: from*len(guests) + to.
type probe struct {
	guests []*guest
	cut    []bool
	// limit is for links that are cut, patience for the others.
	limit, patience time.Duration
	// token tells what this process sends from everything else.
	token   [16]byte
	own     *os.File // the network namespace of the process
	workers int
	// turn is for who sends datagrams: not all at once, or buffers overflow.
	turn chan struct{}
	udp  []answer
	tcp  []answer
	udp6 []answer
	arp  []answer
}

func open(what live.Probe) (*probe, error) {
	n := len(what.Guests)
	p := &probe{limit: what.Limit, patience: max(patience, 5*what.Limit), turn: make(chan struct{}, senders),
		cut: make([]bool, n*n), udp: make([]answer, n*n), tcp: make([]answer, n*n), udp6: make([]answer, n*n), arp: make([]answer, n*n)}
	p.token = newToken()
	var err error
	if p.workers, err = connections(n); err != nil {
		return nil, err
	}
	if p.own, err = os.Open("/proc/thread-self/ns/net"); err != nil {
		return nil, err
	}
	for from, g := range what.Guests {
		if len(g.Cut) != n {
			return nil, fmt.Errorf("%d guests, but %q", n, g.Cut)
		}
		for to := range n {
			p.cut[from*n+to] = g.Cut[to] == 'x'
		}
		end, err := p.openGuest(g, what.Dir)
		if err != nil {
			return nil, err
		}
		p.guests = append(p.guests, end)
	}
	p.untried()
	return p, nil
}

// connections is how many can be open at the same time, by the number of files
// that the process may have open: each is two, and every guest has four sockets.
func connections(guests int) (int, error) {
	const others = 32
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	most := (int(min(limit.Cur, 1<<20)) - 4*guests - others) / 2
	if most < 1 {
		return 0, fmt.Errorf("%d guests take more open files than the limit of %d: see ulimit -n", guests, limit.Cur)
	}
	return min(most, connectionsMost), nil
}

// run tries all links for as long as one that is cut has to be silent. What
// should have answered, but has not, is tried again with patience: on a busy
// machine, and among so many, packets are lost. That goes on as long as it helps.
func (p *probe) run() {
	for i, g := range p.guests {
		if g.trouble == nil {
			for _, d := range p.datagrams() {
				if d.socket(g) != nil {
					go p.receive(d, i)
				}
			}
			go p.accept(i)
		}
	}
	p.pass(p.both, p.limit)
	for missing := p.missing(); missing > 0; {
		p.pass(p.isMissing, p.patience)
		before := missing
		if missing = p.missing(); missing == before {
			return
		}
	}
}

// pass tries links, by datagrams, connections and ARP at the same time.
func (p *probe) pass(wanted func(from, to int) bool, limit time.Duration) {
	var all sync.WaitGroup
	links := make(chan [2]int)
	for range min(p.workers, len(p.cut)) {
		atOnce(&all, func() {
			for l := range links {
				p.tcp[p.number(l[0], l[1])].set(p.connect(l[0], l[1], limit))
			}
		})
	}
	to := make([][]int, len(p.guests))
	// Each begins with another one: nobody is asked by all at once.
	for distance := 1; distance < len(p.guests); distance++ {
		for from := range p.guests {
			if other := (from + distance) % len(p.guests); wanted(from, other) {
				to[from] = append(to[from], other)
			}
		}
	}
	for from := range p.guests {
		atOnce(&all, func() { p.send(from, to[from], limit) })
	}
	atOnce(&all, func() { p.ask(to, limit) })
	for from := range to {
		for _, other := range to[from] {
			if p.tcp[p.number(from, other)].get() != live.Through {
				links <- [2]int{from, other}
			}
		}
	}
	close(links)
	all.Wait()
}

func atOnce(all *sync.WaitGroup, work func()) {
	all.Add(1)
	go func() {
		defer all.Done()
		work()
	}()
}

// missing is how many links are silent that should not be.
func (p *probe) missing() int {
	missing := 0
	for from := range p.guests {
		for to := range p.guests {
			if p.isMissing(from, to) {
				missing++
			}
		}
	}
	return missing
}

func (p *probe) isMissing(from, to int) bool {
	there, back := p.number(from, to), p.number(to, from)
	return from != to && p.both(from, to) && !p.cut[there] &&
		(p.udp[there].get() == live.Silent || p.udp6[there].get() == live.Silent || p.arp[there].get() == live.Silent ||
			!p.cut[back] && p.tcp[there].get() == live.Silent)
}

// untried notes between whom IPv6 and ARP can't be tried.
func (p *probe) untried() {
	for from, g := range p.guests {
		for to, other := range p.guests {
			if from == to || !p.both(from, to) {
				continue
			}
			if g.udp6 == nil || other.udp6 == nil {
				p.udp6[p.number(from, to)].set(live.Untried)
			}
			if g.arp == nil || other.arp == nil {
				p.arp[p.number(from, to)].set(live.Untried)
			}
		}
	}
}

func (p *probe) number(from, to int) int { return from*len(p.guests) + to }

// both reports whether neither of the two is in trouble.
func (p *probe) both(from, to int) bool {
	return p.guests[from].trouble == nil && p.guests[to].trouble == nil
}

// message is what is sent from one guest to another.
func (p *probe) message(from, to int) []byte {
	m := binary.BigEndian.AppendUint32(p.token[:len(p.token):len(p.token)], uint32(from))
	return binary.BigEndian.AppendUint32(m, uint32(to))
}

const messageSize = 16 + 4 + 4

// sender reads a message that came to a guest; false if it is none of ours, or
// was for another one.
func (p *probe) sender(message []byte, to int) (int, bool) {
	if len(message) != messageSize || [16]byte(message[:16]) != p.token {
		return 0, false
	}
	from := int(binary.BigEndian.Uint32(message[16:]))
	return from, from < len(p.guests) && int(binary.BigEndian.Uint32(message[20:])) == to
}

func (p *probe) answers() live.Answers {
	a := live.Answers{UDP: []string{}, TCP: []string{}, IPv6: []string{}, ARP: []string{}, Trouble: map[string]string{}}
	n := len(p.guests)
	for from, g := range p.guests {
		a.UDP = append(a.UDP, row(p.udp[from*n:(from+1)*n]))
		a.TCP = append(a.TCP, row(p.tcp[from*n:(from+1)*n]))
		a.IPv6 = append(a.IPv6, row(p.udp6[from*n:(from+1)*n]))
		a.ARP = append(a.ARP, row(p.arp[from*n:(from+1)*n]))
		if g.trouble != nil {
			a.Trouble[g.name] = g.trouble.Error()
		}
	}
	return a
}

func row(answers []answer) string {
	var text []byte
	for i := range answers {
		text = append(text, byte(answers[i].get()))
	}
	return string(text)
}
