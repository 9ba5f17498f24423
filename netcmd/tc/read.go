package tc

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
	"vagganet/netcmd/links"
)

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

// Queues are what a run's ports have to shape links with, beside the shapes themselves.
type Queues struct {
	// there are the qdiscs that the kernel has on receivers' ports, and leaves the
	// handles of what is in the senders' classes, by the numbers of sender and receiver.
	there  map[place]bool
	leaves map[[2]int]string
}

// place is where a qdisc hangs from nothing else: on the port of a guest, by its
// number.
type place struct {
	to   int
	kind placeKind
}

type placeKind int

const (
	clsactPlace placeKind = iota
	rootPlace
)

// List returns the lines of a batch of tc that list all that Read reads.
func List(guests []string) []string {
	batch := []string{"qdisc show"}
	for _, guest := range guests {
		batch = append(batch, "filter show dev "+addresses.BridgePort(guest)+" egress")
	}
	return batch
}

// Read reads how links are shaped back from what List had listed as JSON: the reverse
// of Lines. Guests are sorted by name.
func Read(text string, guests []string, address func(guest string) netip.Addr) (links.Shapes, Queues, error) {
	r := reader{links.NoShapes(guests), Queues{map[place]bool{}, map[[2]int]string{}}}
	// One list for each line of the batch.
	lists := json.NewDecoder(strings.NewReader(text))
	var qdiscs []qdisc
	if err := lists.Decode(&qdiscs); err != nil {
		return r.shapes, r.queues, fmt.Errorf("can't read what tc says of queues: %w", err)
	}
	for to, guest := range guests {
		port := addresses.BridgePort(guest)
		if err := r.readQueues(qdiscs, port, to); err != nil {
			return r.shapes, r.queues, err
		}
		var filters []filter
		if err := lists.Decode(&filters); err != nil {
			return r.shapes, r.queues, fmt.Errorf("can't read what tc says of the filters of %s: %w", port, err)
		}
		r.readFilters(filters, to, address)
	}
	return r.shapes, r.queues, nil
}

// reader collects what is found.
type reader struct {
	shapes links.Shapes
	queues Queues
}

// readQueues reads what is on a port, and in its senders' classes.
func (r reader) readQueues(qdiscs []qdisc, port string, to int) error {
	for _, q := range qdiscs {
		if q.Dev != port {
			continue
		}
		switch {
		case q.Kind == "clsact":
			r.queues.there[place{to, clsactPlace}] = true
			continue
		case q.Root && q.Kind == "htb":
			r.queues.there[place{to, rootPlace}] = true
			continue
		}
		from, inClass, found := senderOf(q.Parent)
		if !found {
			continue
		}
		if inClass {
			r.queues.leaves[[2]int{from, to}] = q.Handle
		}
		shape := r.shapes.Link(from, to)
		if err := q.read(&shape); err != nil {
			return fmt.Errorf("can't read what tc says of the queues of %s: %w", port, err)
		}
		if from < len(r.shapes.Guests) {
			r.shapes.Set(from, to, shape)
		}
	}
	return nil
}

// read puts what a queue does into a shape.
func (q qdisc) read(shape *links.Shape) error {
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
		shape.Delay, shape.Jitter = links.Rounded(o.Delay.Delay*1e3), links.Rounded(o.Delay.Jitter*1e3)
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
func (r reader) readFilters(filters []filter, to int, address func(guest string) netip.Addr) {
	for _, f := range filters {
		code := f.Options.Bytecode.Insns
		last := len(code) - 1
		if last < 5 { // see drawing
			continue
		}
		source, below, hit := code[last-4].K, code[last-2].K, code[last-1].K
		sender := netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, source)))
		from := slices.IndexFunc(r.shapes.Guests, func(name string) bool { return address(name) == sender })
		if from < 0 {
			continue
		}
		shape := r.shapes.Link(from, to)
		chance := float64(below) / (1 << 32)
		if hit == verdictDrop {
			shape.Loss = percent(chance)
		} else {
			shape.Duplicate = percent(chance / (1 - chance))
		}
		r.shapes.Set(from, to, shape)
	}
}

// percent is a part of 1 as percent, without what is lost on its way through the
// kernel.
func percent(part float64) float64 { return math.Round(part*1e6) / 1e4 }
