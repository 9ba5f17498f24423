package messages

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/netcmd/links"
)

// answer answers messages with what they are about, until the test ends.
func answer(t *testing.T, dir string) <-chan Message {
	asks, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	received := make(chan Message, 10)
	go func() {
		for a := range asks {
			received <- a.Message
			a.Answer <- Reply{Fault: 7, State: events.State{Cut: []links.Row{{From: "a", How: "drop"}}}}
		}
	}()
	return received
}

func TestSend(t *testing.T) {
	dir := t.TempDir()
	received := answer(t, dir)
	conn, err := Dial(dir)
	if err != nil {
		t.Fatal(err)
	}
	about := faults.Change{What: "isolate a", By: faults.ByCommand, Replaces: []faults.Layer{faults.Cuts}, For: time.Second, Asked: events.Clock(),
		State: events.State{Cut: []links.Row{{From: "a", To: []string{"b"}, How: "drop"}}}}
	r, err := conn.Send(Message{About: &about})
	if m := <-received; err != nil || r.Fault != 7 || len(r.Cut) != 1 || !reflect.DeepEqual(*m.About, about) || m.Fault != 0 {
		t.Errorf("%+v, %+v: %v", r, m, err)
	}
	done := faults.Done{Clock: 1, Took: 2, Skew: 3}
	_, err = conn.Send(Message{Done: &done})
	if m := <-received; err != nil || *m.Done != done || m.Fault != 7 {
		t.Errorf("%+v: %v", m, err)
	}
	conn.Close()
	if m := <-received; !m.Gone || m.Fault != 7 {
		t.Errorf("%+v", m)
	}
	// the end of a connection that was about no fault is none of one
	conn, err = Dial(dir)
	if err != nil {
		t.Fatal(err)
	}
	conn.Send(Message{Ended: "a"})
	if m := <-received; m.Ended != "a" || m.Fault != 0 {
		t.Errorf("%+v", m)
	}
	conn.Close()
	select {
	case m := <-received:
		t.Errorf("%+v", m)
	case <-time.After(20 * time.Millisecond):
	}
}

func TestNobody(t *testing.T) {
	if _, err := Dial(t.TempDir()); !errors.Is(err, ErrNobody) {
		t.Errorf("got %v", err)
	}
}
