// Package e2e tests the whole program: its tests start it as users do, on the real
// kernel, in sandboxes. It is all in test files, and the program is the test binary,
// started again under that name.
//
// The tests are in kernel_test.go, same_test.go, examples_test.go, crowds_test.go,
// browser_test.go, browsergraph_test.go, browserreport_test.go and vm_test.go, and what
// they run is mostly in testdata at the top. What scripts there call is in files by these
// names:
//
//	program_…   a program, such as the probe that guests run
//	script_…    a command of scripts, such as netstate, or several, such as start and ended
//	killed_…    kills: the program is killed after each of its steps
//	fails_…     fails: each of its steps fails
//	at_once_…   atonce: many commands at the same time
//
// The last three have strike_test.go below them, whose wrappers count the program's
// steps and meddle with them, striking_test.go, which calls the program again for
// each, and parted_test.go for partitions. A sandbox is made in sandbox_test.go.
package e2e
