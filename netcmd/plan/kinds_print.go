package plan

import (
	"fmt"
	"strings"
)

// inside is a shell that does more steps where the line leads to.
func inside(line string, in *Inside) string {
	var b strings.Builder
	b.WriteString("umask 022\n")
	if in.Name == nil {
		writeSteps(&b, in.Plan, "")
		line, input := hereDocument(line+" sh -e", "RUN", b.String())
		return line + "\n" + input
	}
	name := in.Name
	fmt.Fprintf(&b, "flock -u 5\nexec 5<&-\n%s=$1\n%s=$2\n", name.Variable, name.Token)
	remove := "rm -f " + name.file() + "\n"
	b.WriteString(atExit(nil, remove))
	b.WriteString(stopAll(name.Patience))
	fmt.Fprintf(&b, "printf %%s \"$%s\" >%s\n", name.Token, name.file())
	writeSteps(&b, in.Plan, remove)
	shell := fmt.Sprintf("%s flock %s -F %s sh -es \"$%s\" \"$%s\"", line, lockOptions, name.file(), name.Variable, name.Token)
	shell, input := hereDocument(shell, "RUN", b.String())
	return name.find() + shell + " &\n" + input + "exec 5<&-\n" + passSignals
}

// Who only looks whether a lock is held has it for a moment: it is waited for. 75
// is the exit code where it is somebody else's.
const lockOptions = "-w 0.2 -E 75"

// file is the file that is locked, as a shell has it.
func (n *Name) file() string { return quote(n.Folder + "/" + Var(n.Variable)) }

// find are the lines that find a name that nobody has.
func (n *Name) find() string {
	var b strings.Builder
	b.WriteString("# whoever has a file of that name locked has the name; the folder is locked until then\n")
	if n.Make {
		fmt.Fprintf(&b, "(umask 077 && mkdir -p %s)\n", quote(n.Folder))
	}
	fmt.Fprintf(&b, "exec 5<%s\nflock 5\n", quote(n.Folder))
	fmt.Fprintf(&b, "%s=%s\n", n.Variable, quote(n.Wanted))
	// What is empty is not removed by who looks for files of runs that were killed.
	try := "flock " + lockOptions + " " + n.file() + " sh -c ': >\"$1\"' sh " + n.file()
	if n.Exact {
		fmt.Fprintf(&b, "%s || { [ \"$?\" != 75 ] || echo %s >&2; exit 1; }\n", try, quote("a run called "+n.Wanted+" is up already"))
	} else {
		fmt.Fprintf(&b, "_number=1\nuntil %s; do\n\t[ \"$?\" = 75 ] || exit 1\n\t_number=$((_number + 1))\n\t%s=%s-$_number\ndone\n",
			try, n.Variable, quote(n.Wanted))
	}
	fmt.Fprintf(&b, "read -r %s </proc/sys/kernel/random/uuid\n", n.Token)
	return b.String()
}

// stopAll ends all processes of the shell's PID namespace, when it is asked to end.
func stopAll(patience float64) string {
	return fmt.Sprintf(`stop() {
	trap '' TERM
	_left=%d
	[ "$$" != 1 ] || kill -TERM -1 || true
	while [ "$$" = 1 ] && [ "$_left" -gt 0 ] && kill -0 -1; do
		sleep 0.1
		_left=$((_left - 1))
	done 2>/dev/null
	exit 143
}
trap stop TERM
`, int(patience*10))
}

// passSignals are the lines that wait for the shell inside. It is a child of what
// was started (beside what has written its input), and the first process of a PID
// namespace: nothing but KILL ends it until it has set its trap, so it is asked again
// and again.
const passSignals = `
# a signal to the script ends the run
_pid=$!
_code=
trap '_code=143' TERM
trap '_code=130' INT
trap '_code=129' HUP
_ended=0
wait "$_pid" || _ended=$?
while kill -s 0 "$_pid" 2>/dev/null; do
	_children=$(cat "/proc/$_pid/task/$_pid/children") || true
	for _child in $_children; do kill -s TERM "$_child" || true; done
	sleep 0.1
done 2>/dev/null
exit "${_code:-$_ended}"
`

// numbered are the lines that do a step with the first number that is free.
func numbered(line string, s Step) string {
	n := s.Numbers
	var b strings.Builder
	fmt.Fprintf(&b, "%s=-1\nwhile :; do\n\t%[1]s=$((%[1]s + 1))\n", n.Name)
	fmt.Fprintf(&b, "\t[ \"$%s\" -lt %d ] || { echo %s >&2; exit 1; }\n", n.Name, n.Count, quote(n.None))
	bits := ""
	for _, v := range n.Values {
		if sum := v.sum(n.Name); v.Form == Decimal {
			fmt.Fprintf(&b, "\t%s=$((%s))\n", v.Name, sum)
		} else {
			if sum != bits {
				fmt.Fprintf(&b, "\t_bits=$((%s))\n", sum)
			}
			bits = sum
			fmt.Fprintf(&b, "\t%s=%s\n", v.Name, v.Form.ofBits())
		}
	}
	line, input := hereDocument("LC_ALL=C "+line, "END", s.Stdin)
	fmt.Fprintf(&b, "\tif _said=$(%s 2>&1\n%s\t); then break; fi\n", line, input)
	fmt.Fprintf(&b, "\tcase $_said in *%s*) ;; *)\n\t\techo \"$_said\" >&2\n\t\texit 1\n\t\t;;\n\tesac\ndone\n", quote(n.Taken))
	return b.String()
}

// sum is the value for a number, as a shell computes it.
func (v Value) sum(number string) string { return fmt.Sprintf("%d + %d * %s", v.First, v.Each, number) }

// ofBits is how a shell writes what is in _bits.
func (f Form) ofBits() string {
	const bytes = "$((_bits >> 24)) $((_bits >> 16 & 255)) $((_bits >> 8 & 255)) $((_bits & 255))"
	if f == Address {
		return strings.ReplaceAll(bytes, ")) ", ")).")
	}
	return "$(printf 02:00:%02x:%02x:%02x:%02x " + bytes + ")"
}

// whileLocked does something while nobody else looks at, or takes, the same things.
func whileLocked(h *Holders, what string) string {
	return "exec 4<" + quote(h.Lock) + "\nflock 4\n" + what + "exec 4<&-\n"
}

// checkHolders are the lines that end the script where somebody has what the step
// takes.
func checkHolders(h *Holders) string {
	var b strings.Builder
	for _, what := range h.What {
		b.WriteString(what.Before + "\t" + what.Name + "\n")
	}
	loop := fmt.Sprintf(`while IFS='	' read -r _before _name; do
	_rest=${%[1]s#*"$_before "}
	[ "$_rest" != "$%[1]s" ] || continue
	_rest=${_rest%%%%/*}
	echo "$_name is held by run ${_rest#\"}" >&2
	exit 1
done`, h.List.Capture)
	line, input := hereDocument(loop, "END", b.String())
	return Line(h.List) + line + "\n" + input
}
