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

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

const shapesRead = "shapes"

// ListShapes is the plan that reads how links are shaped. What it captures is for
// ReadShapes.
func (l LiveRun) ListShapes() plan.Plan {
	s := l.at(Bridge, "how links are shaped", l.Tools.TC.With("-json", "-batch", "-")...)
	batch := []string{"qdisc show"}
	for _, guest := range l.Names() {
		batch = append(batch, "filter show dev "+addresses.Port(guest)+" egress")
	}
	s.Stdin, s.Capture = plan.Lines(batch...), shapesRead
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
func (l LiveRun) ReadShapes(captured Captured) (Shapes, error) {
	s := NoShapes(l.Names())
	text, err := captured(shapesRead)
	if err != nil {
		return s, err
	}
	// One list for each line of the batch.
	lists := json.NewDecoder(strings.NewReader(text))
	var qdiscs []qdisc
	if err := lists.Decode(&qdiscs); err != nil {
		return s, fmt.Errorf("can't read what tc says of queues: %w", err)
	}
	read := map[[2]int]Shape{}
	for to, guest := range s.Guests {
		port := addresses.Port(guest)
		if err := s.readQueues(qdiscs, port, to, read); err != nil {
			return s, err
		}
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

// readQueues reads what is on a port, and in its senders' classes.
func (s Shapes) readQueues(qdiscs []qdisc, port string, to int, read map[[2]int]Shape) error {
	for _, q := range qdiscs {
		if q.Dev != port {
			continue
		}
		switch {
		case q.Kind == "clsact":
			s.there[place{to, clsactPlace}] = true
			continue
		case q.Root && q.Kind == "htb":
			s.there[place{to, rootPlace}] = true
			continue
		}
		from, inClass, found := senderOf(q.Parent)
		if !found {
			continue
		}
		ends := [2]int{from, to}
		if inClass {
			s.leaves[ends] = q.Handle
		}
		shape := read[ends]
		if err := q.read(&shape); err != nil {
			return fmt.Errorf("can't read what tc says of the queues of %s: %w", port, err)
		}
		read[ends] = shape
	}
	return nil
}

// read puts what a queue does into a shape.
func (q qdisc) read(shape *Shape) error {
	switch q.Kind {
	case "netem":
		var o struct {
			Delay   struct{ Delay, Jitter float64 }
			Reorder struct{ Reorder float64 }
			Corrupt struct{ Corrupt float64 }
		}
		if err := json.Unmarshal(q.Options, &o); err != nil {
			return err
		}
		shape.Delay, shape.Jitter = rounded(o.Delay.Delay*1e3), rounded(o.Delay.Jitter*1e3)
		shape.Reorder, shape.Corrupt = percent(o.Reorder.Reorder), percent(o.Corrupt.Corrupt)
	case "tbf":
		var o struct{ Rate float64 } // in bytes
		if err := json.Unmarshal(q.Options, &o); err != nil {
			return err
		}
		shape.Rate = o.Rate * 8
	}
	return nil
}

// senderOf is the number of the guest for which that is made that hangs there: in
// its class, or in its netem.
func senderOf(parent string) (from int, inClass, found bool) {
	major, minor, _ := strings.Cut(parent, ":")
	inClass = major+":" == rootHandle
	text, first := major, int64(2)
	if inClass {
		text, first = minor, 1
	}
	number, err := strconv.ParseInt(text, 16, 32)
	if !inClass {
		number %= otherTurn
	}
	return int(number - first), inClass, err == nil && number >= first
}

// readFilters reads what is drawn at a port.
func (l LiveRun) readFilters(filters []filter, to int, read map[[2]int]Shape) {
	guests := l.byName()
	names := l.Names()
	for _, f := range filters {
		code := f.Options.Bytecode.Insns
		last := len(code) - 1
		if last < 5 { // see drawing
			continue
		}
		source, below, hit := code[last-4].K, code[last-2].K, code[last-1].K
		sender := netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, source)))
		from := slices.IndexFunc(names, func(name string) bool { return guests[name].IP == sender })
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
