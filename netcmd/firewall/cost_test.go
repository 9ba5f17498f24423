package firewall

import (
	"testing"

	"vagganet/netcmd/links/linkstest"
)

// BenchmarkHalves makes the transaction of a partition into halves, which is most of what
// the program itself does for one.
func BenchmarkHalves(b *testing.B) {
	cuts := linkstest.Halves(253)
	for b.Loop() {
		Frames.ReplaceLinks(cuts, Rules{}, false)
	}
}

// BenchmarkLinksFit measures what is asked before: if it fits, nothing has to be read.
func BenchmarkLinksFit(b *testing.B) {
	cuts := linkstest.Halves(253)
	for b.Loop() {
		Frames.LinksFit(cuts, false)
	}
}
