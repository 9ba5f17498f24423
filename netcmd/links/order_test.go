package links

import (
	"strings"
	"testing"
)

func TestInOrder(t *testing.T) {
	names := []string{"n10", "n2", "a", "n1", "n01", "n2b", "n", "B3", "n2a10", "n2a9"}
	want := "B3 a n n01 n1 n2 n2a9 n2a10 n2b n10"
	if got := strings.Join(InOrder(names), " "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
