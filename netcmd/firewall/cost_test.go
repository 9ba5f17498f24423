package firewall

import (
	"fmt"
	"testing"

	"vagganet/netcmd/links"
)

// halves are the cuts between two halves of many guests.
func halves(b *testing.B, guests int) links.Cuts {
	var names []string
	for i := range guests {
		names = append(names, fmt.Sprintf("n%03d", i))
	}
	cuts, err := links.Disjoint(names, [][]string{names[:guests/2], names[guests/2:]})
	if err != nil {
		b.Fatal(err)
	}
	return cuts
}

// BenchmarkHalves makes the transaction of a partition into halves, which is most of what
// the program itself does for one.
func BenchmarkHalves(b *testing.B) {
	cuts := halves(b, 253)
	for b.Loop() {
		Frames.ReplaceLinks(cuts, Rules{}, false)
	}
}

// BenchmarkLinksFit is asked before, to know whether what is there has to be read.
func BenchmarkLinksFit(b *testing.B) {
	cuts := halves(b, 253)
	for b.Loop() {
		Frames.LinksFit(cuts, false)
	}
}
