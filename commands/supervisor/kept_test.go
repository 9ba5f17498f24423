package supervisor

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// What is kept of a stream are its own bytes, however they come, and no line has another
// stream's in it.
func TestKept(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for _, text := range []string{"", "a\n", "a\n\nbb\nc", "no end", strings.Repeat("x", 3*lineMax) + "\ny\n", "\x00\xff\n\r\n"} {
		file, err := os.CreateTemp(t.TempDir(), "kept")
		if err != nil {
			t.Fatal(err)
		}
		k := kept{to: file, lose: func(err error) { t.Error(err) }}
		other := kept{to: file, lose: k.lose}
		others := 0
		for rest := text; len(rest) > 0; {
			n := min(1+dice.IntN(1<<18), len(rest))
			if len(text) < 100 {
				n = min(1+dice.IntN(3), len(rest))
			}
			k.Write([]byte(rest[:n]))
			rest = rest[n:]
			if len(text) < lineMax {
				other.Write([]byte("<other>\n"))
				others++
			}
		}
		k.end()
		got, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if clean := strings.ReplaceAll(string(got), "<other>\n", ""); clean != text || strings.Count(string(got), "<other>\n") != others {
			t.Errorf("%.40q became %.40q", text, clean)
		}
		for line := range strings.Lines(string(got)) {
			if strings.Contains(line, "<other>") && line != "<other>\n" {
				t.Errorf("%q has two streams in it", line)
			}
		}
	}
}

// What can't be written is remembered, and the child goes on.
func TestKeptOnAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	o := outputOf()
	k := kept{to: full, lose: o.lose}
	if n, err := k.Write([]byte("a\n")); n != 2 || err != nil || o.isLost() == nil {
		t.Errorf("%d, %v, %v", n, err, o.isLost())
	}
}
