package links

import "testing"

func TestNumbers(t *testing.T) {
	for n, want := range map[int][2]int{1: {1, 0}, 2: {2, 0}, 3: {2, 0}, 4: {3, 1}, 5: {3, 1}, 6: {4, 1}, 7: {4, 2}, 9: {5, 2}, 10: {6, 3}} {
		if got := [2]int{majority(n), minorityThird(n)}; got != want {
			t.Errorf("%d: %v, want %v", n, got, want)
		}
	}
}
