package plan

import (
	"fmt"
	"strconv"
)

// Child makes a step start a supervised process, in a session without a terminal.
// The plan does not wait for it.
type Child struct {
	Name string
	// Mode is what its end means. ExitFile is where a script keeps the exit code
	// of the child that decides.
	Mode     Mode
	ExitFile string
	// DownFile is there while the child is to be down: when it ends then, it is started
	// again once the file is gone. Empty for a child that can't be down.
	DownFile string
}

// Mode is what the end of one child means for the others.
type Mode int

// The modes. In each of them but Restart, the run is over when no child is left.
const (
	StopOnFailure     Mode = iota // the first one that ends, even well, ends all
	WaitAllSuccessful             // the first one that fails ends all
	WaitAll                       // none ends another; the first one that fails decides
	Restart                       // a child that ends is started again
	Timeline                      // the end of the timeline ends all, well
)

// Nodes has a step make namespaces, and mount them on files that are there. In a script
// a shell does that, as the step's command.
type Nodes struct {
	// The bridge's user namespace is below that of who runs the plan, and the guests'
	// are below the bridge's.
	Bridge Node
	Guests []Node
	// Settings are lines of a shell that are done in each guest's namespaces.
	Settings []string
}

// Node has the files of a user namespace, and of a network namespace that belongs to it.
type Node struct{ UserNS, NetNS string }

// Numbers has a step done with a number that nobody else has. What the step does
// shows whose a number is: of two that try the same one, the kernel refuses one.
type Numbers struct {
	// Name is the variable that takes the number, from 0 to Count-1.
	Name  string
	Count int
	// Values are variables that follow from the number.
	Values []Value
	// Taken is what the command says to its standard error where the number is
	// somebody else's. None is the error where no number is left, Cure what helps.
	Taken, None, Cure string
}

// Value is a variable that is First for the number 0, and Each more for every
// further one.
type Value struct {
	Name        string
	First, Each uint32
	Form        Form
}

// Form is how a Value is written.
type Form int

// The forms of a Value.
const (
	Decimal  Form = iota
	Address       // as an IPv4 address
	Hardware      // as 02:00 and the four bytes of an IPv4 address
)

// Of returns what the variable is for a number.
func (v Value) Of(number int) string {
	n := v.First + v.Each*uint32(number)
	switch v.Form {
	case Address:
		return fmt.Sprintf("%d.%d.%d.%d", n>>24, n>>16&255, n>>8&255, n&255)
	case Hardware:
		return fmt.Sprintf("02:00:%02x:%02x:%02x:%02x", n>>24, n>>16&255, n>>8&255, n&255)
	}
	return strconv.FormatUint(uint64(n), 10)
}

// Holders names what a step takes that others may have already. Who has it is read
// from what List captures, while nobody else looks or takes.
type Holders struct {
	// Lock is a folder: who looks or takes has it locked, by flock(2).
	Lock string
	List Step
	What []Holding
}

// Holding is one thing that a step takes.
type Holding struct {
	// Name is what messages call it.
	Name string
	// Before are the words that stand, in what was captured, before the mark of who
	// has it: NAME/TOKEN.
	Before string
}

// Inside has more steps done inside of what a step enters: in a script by a shell,
// else by the program itself.
type Inside struct {
	Plan Plan
	// Name is what the shell is registered by; nil if it isn't.
	Name *Name
}

// Name is a name that nobody else has at that time. Who has it holds a lock on a
// file of that name, by flock(2), which says so to others.
type Name struct {
	// Folder has the files, and is made for the user alone with Make.
	Folder string
	Make   bool
	// Wanted is the name. If it is taken, it is Wanted-2, Wanted-3 and so on, or with
	// Exact an error.
	Wanted string
	Exact  bool
	// Variable takes the name, and Token the variable for something that no other
	// holder of that name has had, which is written into the file.
	Variable, Token string
	// Patience is how long the steps' processes may take to end, in seconds, after a
	// signal that asks them to.
	Patience float64
}

// Children parts a plan into what comes before its first child, and its children.
func (p Plan) Children() (before, children Plan) {
	for i, s := range p {
		if s.Child != nil {
			return p[:i], p[i:]
		}
	}
	return p, nil
}
