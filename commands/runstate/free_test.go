package runstate

import "testing"

func TestFirstFree(t *testing.T) {
	below := func(n int) func(int) bool { return func(i int) bool { return i < n } }
	for n := range 70 {
		if got := FirstFree(64, below(n)); got != min(n, 64) {
			t.Errorf("%d of 64 taken: %d", n, got)
		}
	}
	// what is free in between may be passed over, but is found in the end
	for free := range 64 {
		if got := FirstFree(64, func(i int) bool { return i != free }); got != free {
			t.Errorf("only %d free: %d", free, got)
		}
	}
	holes := func(i int) bool { return i < 1000 && i%3 != 1 }
	if got := FirstFree(2048, holes); holes(got) {
		t.Errorf("%d is taken", got)
	}
}

// Thousands that are taken cost no more than a few.
func TestFirstFreeLooksAtFew(t *testing.T) {
	looks := 0
	FirstFree(1<<20, func(n int) bool { looks++; return n < 2000 })
	if looks > 25 {
		t.Errorf("looked at %d", looks)
	}
}
