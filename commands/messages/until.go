package messages

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Until is what a command waits for.
type Until string

// What a command can wait for.
const (
	UntilReady  Until = "ready"  // all children are ready
	UntilHealed Until = "healed" // no link and no uplink is cut
	UntilFaults Until = "faults" // the timeline is done, and its faults have been healed
	UntilEnded  Until = "ended"  // the run has ended

	UntilChanged Until = "changed" // the run has had more events than Message.Seen
)

var untils = []Until{UntilReady, UntilHealed, UntilFaults, UntilEnded, UntilChanged}

// Logs is where the lines of a run's children are.
type Logs struct {
	// Detached reports whether the run's standard output is a file with the lines of all.
	Detached bool `json:"detached,omitempty"`
	// Prefix reports whether each line in there has its child's name in front.
	Prefix bool `json:"prefix,omitempty"`
	// Out is the folder that has a file for each child; empty where there is none.
	Out string `json:"out,omitempty"`
	// Children are the names of all.
	Children []string `json:"children"`
}

// ErrEnded means that the run ended without an answer.
var ErrEnded = errors.New("the run was killed")

// Await sends a message and waits for the answer, for as long as that takes. The error is
// ErrEnded if none came.
func (c *Conn) Await(ctx context.Context, m Message) (Reply, error) {
	var r Reply
	defer context.AfterFunc(ctx, func() { c.conn.SetDeadline(time.Now()) })()
	err := json.NewEncoder(c.conn).Encode(m)
	if err == nil {
		err = c.in.Decode(&r)
	}
	if ctx.Err() != nil {
		return r, context.Cause(ctx)
	}
	if err != nil {
		return r, ErrEnded
	}
	return r, nil
}
