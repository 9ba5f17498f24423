package netcmd

import (
	"fmt"
	"testing"
)

// What a change makes of links that nothing is said about is what it names.
func TestSaid(t *testing.T) {
	guests := []string{"a", "b", "c"}
	links, err := Pairs(guests, []string{"a:b", "b:c"}, State{How: Reject})
	if err != nil {
		t.Fatal(err)
	}
	healed, _ := Pairs(guests, []string{"c:a"}, State{})
	c, err := Unsaid(guests).With(append(links, healed...))
	if err == nil {
		c, err = c.WithUplinks([]string{"b"}, State{How: Drop})
	}
	said, uplinks := c.Said()
	got := fmt.Sprint(said, uplinks)
	if want := "[{a b {reject}} {b c {reject}} {c a {}}] [{b {drop}}]"; err != nil || got != want {
		t.Errorf("got %s, want %s: %v", got, want, err)
	}
	if said, uplinks := Unsaid(guests).Said(); said != nil || uplinks != nil {
		t.Errorf("%v and %v are said of nothing", said, uplinks)
	}
}
