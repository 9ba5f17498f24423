package e2e

import (
	"os"
	"os/exec"
	"slices"
	"time"
)

// killed has partitions killed after each step, and the tool of each step.
func (p *parted) killed() {
	for _, change := range changes {
		old, new := change[0], change[1]
		words := append([]string{"vagganet"}, partitionWords(new)...)
		prepare := func() { p.part(old) }
		p.eachKill("the process", words, victims["the process"], prepare, func(int) {
			p.part(old) // waits for tools that are still at work
			p.wantOne(old)
		})
		p.eachKill("the process", words, victims["the process"], prepare, func(int) {
			p.eventually("the tools are done", func() bool { return !slices.ContainsFunc(processesHere(), isRestore) })
			p.want(old, new)
		})
		p.each(dieAfter, words, prepare, func(_ int, r result) { p.want(old, new) })
	}
	p.part(matrices[0])
	p.wantOne(matrices[0])
}

// waits looks that a partition waits for the tools of one that was killed: they
// would have the last word else.
func (p *parted) waits() {
	p.now = "a tool is at work, and its partition was killed"
	p.part(matrices[0])
	p.order(p.TestScript, holdAfter, 1)
	first := p.strike.command(append([]string{"vagganet"}, partitionWords(matrices[1])...)...)
	first.Dir = p.MkAbs(".")
	p.Check(first.Start())
	p.eventually("the tool is at work", func() bool { return p.reached(nil) })
	p.kill(first.Process.Pid)
	first.Wait()

	second := exec.Command("as", append([]string{os.Getenv(whoVar), "vagganet"}, partitionWords(matrices[2])...)...)
	second.Dir = p.MkAbs(".")
	p.Check(second.Start())
	ended := make(chan struct{})
	go func() { second.Wait(); close(ended) }()
	select {
	case <-ended:
		p.fatalf("the next partition did not wait")
	case <-time.After(500 * time.Millisecond): // it has had its chance to go wrong
	}
	p.letGo(p.TestScript)
	<-ended
	p.wantOne(matrices[2])
}
