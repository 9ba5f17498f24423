package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
)

// atOnce makes many partitions at once, from outside and from inside of the run,
// and kills some of them. What the kernel has in the end is one of them.
func (p *parted) atOnce() {
	const rounds, each = 3, 16
	for round := range rounds {
		p.now = fmt.Sprintf("%d partitions at once, round %d", each, round+1)
		var all []*exec.Cmd
		for i := range each {
			words := append([]string{os.Getenv(whoVar), "vagganet"}, partitionWords(matrices[i%len(matrices)])...)
			if i%2 == 1 {
				words = slices.Insert(words, 2, "exec", "bridge", "vagganet")
			}
			cmd := exec.Command("as", words...)
			cmd.Dir = p.MkAbs(".")
			var said bytes.Buffer
			cmd.Stderr = &said
			p.Check(cmd.Start())
			all = append(all, cmd)
		}
		for i, cmd := range all {
			if round > 0 && i%5 == round {
				cmd.Process.Kill()
			}
		}
		for i, cmd := range all {
			if err := cmd.Wait(); err != nil && !(round > 0 && i%5 == round) {
				p.fatalf("%q: %v: %s", cmd.Args, err, cmd.Stderr.(*bytes.Buffer))
			}
		}
		p.eventually("the tools are done", func() bool { return !slices.ContainsFunc(processesHere(), isRestore) })
		got := p.inKernel()
		m := slices.IndexFunc(matrices, func(m string) bool { return p.kernel[m] == got })
		if m < 0 {
			p.fatalf("a mixture:\n%s", got)
		}
		p.Logf("%s: the last was %s", p.now, matrices[m])
		p.wantOne(matrices[m])
	}
}
