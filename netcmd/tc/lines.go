// Package tc turns shapes of links into input of tc, and reads them back from what tc
// lists.
//
// Links are shaped where a port of the bridge sends to its guest: there a link is
// known by the port, and its sender by the hardware address, whatever addresses
// both take. It needs neither br_netfilter nor iptables, so shapes and partitions
// leave each other alone. On a port there are
//
//   - clsact, with filters that draw what vanishes and what is doubled. What is
//     doubled comes by there once more, and so may be doubled, or vanish, itself.
//     (netem could do both. But many kernels take no netem that doubles beside
//     another one, so two senders could not have one each; and this works where
//     there is no netem.)
//   - htb, which has a class for each sender that needs a queue, and lets all
//     others pass; in the class netem, if something is delayed, reordered or
//     corrupted; and in that, or in the class itself, tbf with the rate.
//
// Only what belongs to the links that change is touched, so all others lose
// nothing. What is queued on a link that gets another shape is lost. To make clsact
// or htb on a port that is in use, the kernel stops it for a moment, and drops what
// comes there meanwhile: so both are made once, and then stay.
package tc

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/links"
)

const (
	rootHandle = "1:"
	// freely is the rate of a class that holds nothing back.
	freely = "rate 100gbit quantum 60000 burst 4mb cburst 4mb"
	// onTheWay is how many packets can be delayed on a link.
	onTheWay = 100_000
	// queueTime is how long what exceeds a rate may wait, as in a router.
	queueTime = "400ms"
)

// What a filter says of a packet: tc's TC_ACT_SHOT and TC_ACT_UNSPEC for one that
// decides, and for others, that it is theirs or isn't.
const (
	verdictDrop   = 2
	verdictGoOn   = math.MaxUint32
	verdictMine   = math.MaxUint32
	verdictOthers = 0
)

// Lines returns the lines of a batch of tc that give links these shapes and no others,
// where now and made are what Read has found. Links that are as they should be are left
// alone; there is no line where all are. Address returns a guest's IPv4 address. MTU is
// that of the run's devices, in bytes; 0 is the kernel's own.
func Lines(wanted, now links.Shapes, made Queues, address func(guest string) netip.Addr, mtu int) []string {
	var batch []string
	for to, guest := range wanted.Guests {
		p := shapedPort{port: addresses.BridgePort(guest), mtu: cmp.Or(mtu, addresses.KernelMTU)}
		if wanted.Any(to, drawn) && !made.there[place{to, clsactPlace}] {
			p.add("qdisc add dev %s clsact", p.port)
		}
		if wanted.Any(to, queued) && !made.there[place{to, rootPlace}] {
			p.add("qdisc add dev %s root handle %s htb", p.port, rootHandle)
		}
		for from, sender := range wanted.Guests {
			is, was := wanted.Link(from, to), now.Link(from, to)
			if is == was {
				continue
			}
			ip := address(sender).As4()
			p.from, p.address = from, binary.BigEndian.Uint32(ip[:])
			p.draw(is, was)
			p.queue(is, was, made.leaves[[2]int{from, to}])
		}
		batch = append(batch, p.lines...)
	}
	return batch
}

// shapedPort collects the lines of tc for a port, and what one guest sends there.
// Guest numbers count from 0.
type shapedPort struct {
	port    string
	mtu     int
	from    int
	address uint32
	lines   []string
}

func (p *shapedPort) add(format string, args ...any) {
	p.lines = append(p.lines, fmt.Sprintf(format, args...))
}

// Filters have their guest's number as a handle, so each can be replaced.
const (
	lossFilter      = "egress protocol all pref 1"
	duplicateFilter = "egress protocol all pref 2"
	queueFilter     = "parent " + rootHandle + " protocol all pref 1"
)

func (p *shapedPort) filter(do, where string) string {
	return fmt.Sprintf("filter %s dev %s %s handle %d bpf", do, p.port, where, p.from+1)
}

// draw changes the filters that draw what vanishes and what is doubled.
func (p *shapedPort) draw(wanted, now links.Shape) {
	switch {
	case wanted.Loss == now.Loss:
	case wanted.Loss == 0:
		p.add("%s", p.filter("del", lossFilter))
	default:
		p.add("%s da bytecode '%s'", p.filter("replace", lossFilter), drawing(p.address, wanted.Loss/100, verdictDrop, verdictGoOn))
	}
	switch {
	case wanted.Duplicate == now.Duplicate:
	case wanted.Duplicate == 0:
		p.add("%s", p.filter("del", duplicateFilter))
	default:
		// Of copies are made copies, and p+p²+p³… is to be what is wanted.
		chance := wanted.Duplicate / (100 + wanted.Duplicate)
		p.add("%s bytecode '%s' action mirred egress mirror dev %s", p.filter("replace", duplicateFilter),
			drawing(p.address, chance, verdictMine, verdictOthers), p.port)
	}
}

// queue changes the class of a guest, and what is in there. Leaf is the handle of
// what is there now; another one's has it made anew, where the kernel would else
// change it and keep what is not named.
func (p *shapedPort) queue(wanted, now links.Shape, leaf string) {
	if queueOf(wanted) == queueOf(now) {
		return
	}
	class := rootHandle + classMinor(p.from)
	// A command that failed half way may have left out the filter.
	toClass := fmt.Sprintf("%s bytecode '%s' flowid %s",
		p.filter("replace", queueFilter), program(p.address, returning(verdictMine), returning(verdictOthers)), class)
	if !queued(wanted) {
		p.add("%s", toClass)
		p.add("%s", p.filter("del", queueFilter))
		p.add("class del dev %s classid %s", p.port, class)
		return
	}
	p.add("class replace dev %s parent %s classid %s htb %s", p.port, rootHandle, class, freely)
	handle := leafHandle(p.from, 0)
	if leaf == handle {
		handle = leafHandle(p.from, 1)
	}
	rate := fmt.Sprintf("tbf rate %sbit burst %d latency %s", links.Decimal(wanted.Rate), burst(wanted, p.mtu), queueTime)
	inClass := fmt.Sprintf("qdisc replace dev %s parent %s handle %s ", p.port, class, handle)
	switch {
	case !needsNetem(wanted):
		p.add("%s%s", inClass, rate)
	case wanted.Rate > 0:
		p.add("%s%s", inClass, netem(wanted))
		p.add("qdisc add dev %s parent %s %s", p.port, handle+"1", rate)
	default:
		p.add("%s%s", inClass, netem(wanted))
	}
	if !queued(now) {
		p.add("%s", toClass)
	}
}

// queueOf is the part of a shape that is made by a queue.
func queueOf(s links.Shape) links.Shape {
	s.Loss, s.Duplicate = 0, 0
	return s
}

func netem(s links.Shape) string {
	words := fmt.Sprintf("netem limit %d", onTheWay)
	if s.Delay+s.Jitter > 0 {
		words += " delay " + links.Decimal(s.Delay) + "ms"
	}
	if s.Jitter > 0 {
		words += " " + links.Decimal(s.Jitter) + "ms"
	}
	if s.Reorder > 0 {
		words += " reorder " + links.Decimal(s.Reorder) + "%"
	}
	if s.Corrupt > 0 {
		words += " corrupt " + links.Decimal(s.Corrupt) + "%"
	}
	return words
}

// burst is how many bytes may go at once: those of ten milliseconds, and two frames
// at least. A frame that is larger never passes.
func burst(s links.Shape, mtu int) int {
	return max(2*(mtu+addresses.EthernetHeader), int(s.Rate/8/100))
}

// classMinor numbers a sender's class, and leafHandle what is in there, which has
// two numbers, by turns: in hexadecimal, as tc has it. A bridge has 1023 ports at
// most.
func classMinor(from int) string { return strconv.FormatInt(int64(from)+1, 16) }
func leafHandle(from, turn int) string {
	return strconv.FormatInt(int64(from+2+turn*otherTurn), 16) + ":"
}

const otherTurn = 0x4000

// notAsking are the first instructions of a program of classic BPF, each "code jt jf
// k". They end it by its last instruction for who asks for a hardware address, or
// answers: who loses that loses, for a second, all that waits for it. For that, they
// load the type of a frame, and where it is IPv6, the next header, and where that is
// ICMPv6, the type of the message. Left is how many instructions come after them.
func notAsking(left int) []string {
	last := func(number int) int { return 8 - number + left - 2 }
	return []string{
		"40 0 0 12",
		fmt.Sprintf("21 %d 0 %d", last(1), 0x806), // ARP
		fmt.Sprintf("21 0 5 %d", 0x86dd),
		"48 0 0 20",
		"21 0 3 58",
		"48 0 0 54",
		fmt.Sprintf("21 %d 0 135", last(6)), // neighbour solicitation
		fmt.Sprintf("21 %d 0 136", last(7)), // and advertisement
	}
}

// program is one that does this with what a guest sends, and ends by its last instruction for what
// others send. A guest is known by the last four bytes of a frame's source, which
// it has from its address: see MAC.
func program(address uint32, rest ...string) string {
	rest = append([]string{"32 0 0 8", fmt.Sprintf("21 0 %d %d", len(rest)-1, address)}, rest...)
	lines := append(notAsking(len(rest)), rest...)
	return fmt.Sprintf("%d,%s", len(lines), strings.Join(lines, ","))
}

func returning(verdict uint32) string { return fmt.Sprintf("6 0 0 %d", verdict) }

// drawing is a program that says one thing of a part of what a guest sends, and
// another one of the rest and of what others send. It loads a random number.
func drawing(address uint32, chance float64, hit, miss uint32) string {
	below := uint32(min(math.Round(chance*(1<<32)), math.MaxUint32))
	return program(address, "32 0 0 4294963256", fmt.Sprintf("53 1 0 %d", below), returning(hit), returning(miss))
}
