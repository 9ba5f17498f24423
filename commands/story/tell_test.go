package story

import (
	"errors"
	"reflect"
	"testing"
	"time"
)

// answer answers messages with what they are about, until the test ends.
func answer(t *testing.T, dir string) <-chan Message {
	asks, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan Message, 10)
	go func() {
		for a := range asks {
			heard <- a.Message
			a.Answer <- Reply{Fault: 7, State: State{Cut: []Row{{From: "a", How: "drop"}}}}
		}
	}()
	return heard
}

func TestTell(t *testing.T) {
	dir := t.TempDir()
	heard := answer(t, dir)
	teller, err := Dial(dir)
	if err != nil {
		t.Fatal(err)
	}
	about := Fault{What: "isolate a", By: ByCommand, Replaces: []Layer{Cuts}, For: time.Second, Asked: Clock(),
		State: State{Cut: []Row{{"a", []string{"b"}, "drop"}}}}
	r, err := teller.Tell(Message{About: &about})
	if m := <-heard; err != nil || r.Fault != 7 || len(r.Cut) != 1 || !reflect.DeepEqual(*m.About, about) || m.Fault != 0 {
		t.Errorf("%+v, %+v: %v", r, m, err)
	}
	done := Done{1, 2, 3}
	_, err = teller.Tell(Message{Done: &done})
	if m := <-heard; err != nil || *m.Done != done || m.Fault != 7 {
		t.Errorf("%+v: %v", m, err)
	}
	teller.Close()
	if m := <-heard; !m.Gone || m.Fault != 7 {
		t.Errorf("%+v", m)
	}
	// the end of a connection that was about no fault is none of one
	teller, err = Dial(dir)
	if err != nil {
		t.Fatal(err)
	}
	teller.Tell(Message{Left: 3})
	if m := <-heard; m.Left != 3 || m.Fault != 0 {
		t.Errorf("%+v", m)
	}
	teller.Close()
	select {
	case m := <-heard:
		t.Errorf("%+v", m)
	case <-time.After(20 * time.Millisecond):
	}
}

func TestNobody(t *testing.T) {
	if _, err := Dial(t.TempDir()); !errors.Is(err, ErrNobody) {
		t.Errorf("got %v", err)
	}
}
