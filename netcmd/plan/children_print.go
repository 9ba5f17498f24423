package plan

import (
	"strings"
)

// atExit takes back, when the script ends, what would outlive its processes.
func atExit(undo Plan, last string) string {
	var b strings.Builder
	b.WriteString("undo() {\n")
	for _, s := range undo {
		b.WriteString(Line(s))
	}
	return b.String() + last + "}\ntrap undo EXIT\n"
}

// beforeChildren makes the child that decides end the script, with its code.
// The shell is the first process of its PID namespace: when it ends, so do the
// others.
func beforeChildren(c *Child) string {
	return waitWhileDown + onEnd(c)
}

// waitWhileDown is a function that waits while a file is there, and fails if it isn't.
const waitWhileDown = `# a node that was killed is down until it is to start again
down() {
	[ -e "$1" ] || return 1
	while [ -e "$1" ]; do sleep 0.1; done
}
`

func onEnd(c *Child) string {
	switch c.Mode {
	case StopOnFailure, WaitAllSuccessful, Timeline:
		return "trap " + quote("read -r code <"+quote(c.ExitFile)+`; exit "$code"`) + " USR1\n"
	case Restart:
		return comment("vagganet waits longer, up to 30 seconds, for one that dies at once")
	}
	return ""
}

// afterChildren waits. The first line of the exit file is that of the child
// that failed first.
func afterChildren(c *Child) string {
	if c.Mode != WaitAll {
		return "wait\n"
	}
	file := quote(c.ExitFile)
	return "wait\n[ ! -e " + file + " ] || { read -r code <" + file + "; exit \"$code\"; }\n"
}

// background is a child's line, and what its end means.
func background(line string, c *Child) string {
	file := quote(c.ExitFile)
	// The first one makes the file. The shell may be gone when another one ends.
	decide := "(set -C; echo \"$code\" >" + file + ") 2>/dev/null && kill -s USR1 $$; }"
	run := line + " && code=0 || code=$?; "
	if c.DownFile != "" {
		run = "while :; do " + run + "down " + quote(c.DownFile) + " || break; done; "
	}
	switch c.Mode {
	case WaitAllSuccessful, Timeline:
		line = "{ " + run + "[ \"$code\" = 0 ] || { " + decide + "; }"
	case WaitAll:
		line = "{ " + run + "[ \"$code\" = 0 ] || echo \"$code\" >>" + file + "; }"
	case Restart:
		line = "while :; do " + run + "sleep 1; done"
	default:
		line = "{ " + run + decide
	}
	// 3 is the lock of the run's name, which is not the child's.
	return line + " </dev/null 3<&- &"
}
