package e2e

import "slices"

// fails has each step of partitions fail.
func (p *parted) fails() {
	for _, change := range changes {
		old, new := change[0], change[1]
		words := append([]string{"vagganet"}, partitionWords(new)...)
		p.each(refuse, words, func() { p.part(old) }, func(n int, r result) {
			p.wantFailure(1, r, n)
			if slices.Contains(r.calls[n-1].Argv, "-json") {
				p.wantOne(old) // nothing has begun while it is read what there is
				return
			}
			if new == matrices[0] {
				p.wantOne(old) // what failed has not healed everything all the same
			}
			p.want(old, new)
		})
	}
}
