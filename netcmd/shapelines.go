package netcmd

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"vagganet/netcmd/plan"
)

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
// Of a port of which something changes, all is made anew: what is on its way
// there is lost, as where a cable is plugged elsewhere.
const (
	rootHandle = "1:"
	// freely is the rate of a class that holds nothing back.
	freely = "rate 100gbit quantum 60000 burst 4mb cburst 4mb"
	// onTheWay is how many packets can be delayed on a link.
	onTheWay = 100_000
	// queueTime is how long what exceeds a rate may wait, as in a router.
	queueTime = "400ms"
	// smallestBurst is how many bytes may go at once: two frames.
	smallestBurst = 3028
)

// What a filter says of a packet: tc's TC_ACT_SHOT and TC_ACT_UNSPEC for one that
// decides, and for others, that it is theirs or isn't.
const (
	verdictDrop   = 2
	verdictGoOn   = math.MaxUint32
	verdictMine   = math.MaxUint32
	verdictOthers = 0
)

// Shape is the plan that gives the links these shapes and no others. Now is what
// ReadShapes has found; ports that are as they should be are left alone. The plan
// is empty where all are.
func (l LiveRun) Shape(wanted, now Shapes) plan.Plan {
	var batch []string
	address := l.addresses()
	for to, guest := range wanted.Guests {
		leftover := len(now.there[to]) > 0 && !now.any(to, func(s Shape) bool { return s != Shape{} })
		if wanted.sameTo(to, now) && !leftover {
			continue
		}
		for _, qdisc := range now.there[to] {
			batch = append(batch, "qdisc del dev "+Port(guest)+" "+qdisc)
		}
		if wanted.any(to, Shape.drawn) {
			batch = append(batch, "qdisc add dev "+Port(guest)+" clsact")
		}
		if wanted.any(to, Shape.queued) {
			batch = append(batch, "qdisc add dev "+Port(guest)+" root handle "+rootHandle+" htb")
		}
		for from, sender := range wanted.Guests {
			ip := address[sender].As4()
			shape := wanted.links[[2]int{from, to}]
			batch = append(batch, shape.lines(Port(guest), from, binary.BigEndian.Uint32(ip[:]))...)
		}
	}
	if batch == nil {
		return nil
	}
	s := l.at(Bridge, "how links are shaped", l.Tools.TC.With("-batch", "-")...)
	s.Stdin = lines(batch...)
	return plan.Plan{s}
}

// lines are those of tc for one link. Guest numbers count from 0.
func (s Shape) lines(port string, from int, address uint32) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	filter := "filter add dev " + port
	if s.Loss > 0 {
		add("%s egress protocol all pref 1 bpf da bytecode '%s'", filter, drawing(address, s.Loss/100, verdictDrop, verdictGoOn))
	}
	if s.Duplicate > 0 {
		// Of copies are made copies, and p+p²+p³… is to be what is wanted.
		chance := s.Duplicate / (100 + s.Duplicate)
		add("%s egress protocol all pref 2 bpf bytecode '%s' action mirred egress mirror dev %s",
			filter, drawing(address, chance, verdictMine, verdictOthers), port)
	}
	if !s.queued() {
		return lines
	}
	class := rootHandle + classMinor(from)
	add("class add dev %s parent %s classid %s htb %s", port, rootHandle, class, freely)
	queue := class
	if s.needsNetem() {
		handle := netemHandle(from)
		add("qdisc add dev %s parent %s handle %s netem %s", port, class, handle, s.netem())
		queue = handle + "1"
	}
	if s.Rate > 0 {
		add("qdisc add dev %s parent %s tbf rate %sbit burst %d latency %s", port, queue, plainNumber(s.Rate), s.burst(), queueTime)
	}
	add("%s parent %s protocol all pref 1 bpf bytecode '6,%s,21 3 0 %d,%s,21 0 1 %d,6 0 0 %d,6 0 0 %d' flowid %s",
		filter, rootHandle, loadType, typeARP, loadSender, address, uint32(verdictMine), uint32(verdictOthers), class)
	return lines
}

func (s Shape) netem() string {
	words := fmt.Sprintf("limit %d", onTheWay)
	if s.Delay+s.Jitter > 0 {
		words += " delay " + plainNumber(s.Delay) + "ms"
	}
	if s.Jitter > 0 {
		words += " " + plainNumber(s.Jitter) + "ms"
	}
	if s.Reorder > 0 {
		words += " reorder " + plainNumber(s.Reorder) + "%"
	}
	if s.Corrupt > 0 {
		words += " corrupt " + plainNumber(s.Corrupt) + "%"
	}
	return words
}

// burst is how many bytes may go at once: those of ten milliseconds.
func (s Shape) burst() int { return max(smallestBurst, int(s.Rate/8/100)) }

// classMinor numbers a sender's class, and netemHandle what is in there: in
// hexadecimal, as tc has it.
func classMinor(from int) string  { return strconv.FormatInt(int64(from)+1, 16) }
func netemHandle(from int) string { return strconv.FormatInt(int64(from)+2, 16) + ":" }

// The words of a program of classic BPF that load the type of a frame, the last
// four bytes of its source, which a guest has from its address (see MAC), and a
// random number of 32 bits. Who loses questions for hardware addresses loses, for a
// second, all that waits for the answer, so these are let pass, as they are by
// partitions.
const (
	loadType   = "40 0 0 12"
	typeARP    = 0x806
	loadSender = "32 0 0 8"
	loadRandom = "32 0 0 4294963256"
)

// drawing is a program that says one thing of a part of what a guest sends, and
// another one of the rest and of what others send.
func drawing(address uint32, chance float64, hit, miss uint32) string {
	below := uint32(min(math.Round(chance*(1<<32)), math.MaxUint32))
	return fmt.Sprintf("8,%s,21 5 0 %d,%s,21 0 3 %d,%s,53 1 0 %d,6 0 0 %d,6 0 0 %d",
		loadType, typeARP, loadSender, address, loadRandom, below, hit, miss)
}

// plainNumber is a number with up to six digits behind the point.
func plainNumber(x float64) string {
	return strconv.FormatFloat(rounded(x), 'f', -1, 64)
}

func rounded(x float64) float64 { return math.Round(x*1e6) / 1e6 }
