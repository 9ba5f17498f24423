package netcmd

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"vagganet/netcmd/plan"
)

const shapesRead = "shapes"

// ListShapes is the plan that reads how links are shaped. What it captures is for
// ReadShapes. It may fail, where the kernel can't shape at all.
func (l LiveRun) ListShapes() plan.Plan {
	s := l.at(Bridge, "how links are shaped", l.Tools.TC.With("-json", "-batch", "-")...)
	batch := []string{"qdisc show"}
	for _, guest := range l.Names() {
		batch = append(batch, "filter show dev "+Port(guest)+" egress")
	}
	s.Stdin, s.Capture, s.MayFail = lines(batch...), shapesRead, true
	return plan.Plan{s}
}

// qdisc and filter are what tc says of them.
type qdisc struct {
	Kind, Handle, Dev, Parent string
	Root                      bool
	Options                   json.RawMessage
}

type filter struct {
	Options struct {
		Bytecode struct {
			Insns []struct{ Code, K uint32 }
		}
	}
}

// ReadShapes reads how links are shaped back from what ListShapes captured: the
// reverse of Shape.
func (l LiveRun) ReadShapes(captured func(variable string) string) (Shapes, error) {
	s := NoShapes(l.Names())
	text := captured(shapesRead)
	if strings.TrimSpace(text) == "" {
		return s, nil
	}
	// One list for each line of the batch.
	lists := json.NewDecoder(strings.NewReader(text))
	var qdiscs []qdisc
	if err := lists.Decode(&qdiscs); err != nil {
		return s, fmt.Errorf("can't read what tc says of queues: %w", err)
	}
	read := map[[2]int]Shape{}
	for to, guest := range s.Guests {
		port := Port(guest)
		s.there[to] = placesOf(qdiscs, port)
		readQueues(qdiscs, port, to, read)
		var filters []filter
		if err := lists.Decode(&filters); err != nil {
			return s, fmt.Errorf("can't read what tc says of the filters of %s: %w", port, err)
		}
		l.readFilters(filters, to, read)
	}
	for ends, shape := range read {
		if ends[0] < len(s.Guests) {
			s.set(ends[0], ends[1], shape)
		}
	}
	return s, nil
}

// placesOf are the qdiscs of a port that hang from nothing else, as a line that
// removes them names them.
func placesOf(qdiscs []qdisc, port string) []string {
	var places []string
	for _, q := range qdiscs {
		switch {
		case q.Dev != port:
		case q.Kind == "clsact":
			places = append(places, "clsact")
		case q.Root && q.Kind == "htb":
			places = append(places, "root")
		}
	}
	return places
}

// readQueues reads what is in the senders' classes of a port.
func readQueues(qdiscs []qdisc, port string, to int, read map[[2]int]Shape) {
	for _, q := range qdiscs {
		from, found := senderOf(q.Parent)
		if q.Dev != port || !found {
			continue
		}
		ends := [2]int{from, to}
		switch shape := read[ends]; q.Kind {
		case "netem":
			var o struct {
				Delay   struct{ Delay, Jitter float64 }
				Reorder struct{ Reorder float64 }
				Corrupt struct{ Corrupt float64 }
			}
			if json.Unmarshal(q.Options, &o) == nil {
				shape.Delay, shape.Jitter = rounded(o.Delay.Delay*1e3), rounded(o.Delay.Jitter*1e3)
				shape.Reorder, shape.Corrupt = percent(o.Reorder.Reorder), percent(o.Corrupt.Corrupt)
				read[ends] = shape
			}
		case "tbf":
			var o struct{ Rate float64 } // in bytes
			if json.Unmarshal(q.Options, &o) == nil {
				shape.Rate = o.Rate * 8
				read[ends] = shape
			}
		}
	}
}

// senderOf is the number of the guest for which that is made that hangs there: in
// its class, or in its netem.
func senderOf(parent string) (int, bool) {
	major, minor, _ := strings.Cut(parent, ":")
	text, first := major, int64(2)
	if major+":" == rootHandle {
		text, first = minor, 1
	}
	number, err := strconv.ParseInt(text, 16, 32)
	return int(number - first), err == nil && number >= first
}

// readFilters reads what is drawn at a port.
func (l LiveRun) readFilters(filters []filter, to int, read map[[2]int]Shape) {
	address := l.addresses()
	names := l.Names()
	for _, f := range filters {
		code := f.Options.Bytecode.Insns
		if len(code) != 8 { // see drawing
			continue
		}
		source, below, hit := code[3].K, code[5].K, code[6].K
		sender := netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, source)))
		from := slices.IndexFunc(names, func(name string) bool { return address[name] == sender })
		if from < 0 {
			continue
		}
		ends := [2]int{from, to}
		shape := read[ends]
		chance := float64(below) / (1 << 32)
		if hit == verdictDrop {
			shape.Loss = percent(chance)
		} else {
			shape.Duplicate = percent(chance / (1 - chance))
		}
		read[ends] = shape
	}
}

// percent is a part of 1 as percent, without what is lost on its way through the
// kernel.
func percent(part float64) float64 { return math.Round(part*1e6) / 1e4 }
