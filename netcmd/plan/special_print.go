package plan

import (
	"fmt"
	"path"
	"strings"
)

// inside is a shell that does more steps where the step leads to.
func inside(s Step) string {
	name := s.Inside.Name
	if name == nil {
		var b strings.Builder
		b.WriteString("umask 022\n")
		writeSteps(&b, s.Inside.Plan, "")
		line, input := hereDocument(command(s)+" sh -e", "RUN", b.String())
		return line + "\n" + input
	}
	// A signal to the script's group is not for the run, which has a session of its
	// own, and with the end of the script, however it comes, ends the run. To enter a
	// user namespace would undo that, so it comes behind. The lock is the next file
	// that is opened: 3.
	s.Place.Enter = append([]string{"setsid"}, s.Place.Enter...)
	s.Argv = append([]string{"setpriv", "--pdeathsig=KILL"}, s.Argv...)
	line := fmt.Sprintf("%s flock %s -F %s sh -es \"$%s\" \"$%s\" 3<&- 4<&-", command(s), lockOptions, name.file(), name.Variable, name.Token)
	line, input := hereDocument(line, "RUN", name.steps(s.Inside.Plan))
	return catchSignals + name.find(variables(s.Inside.Plan)) + line + " &\n" + input + waitForInside
}

// steps are what is done inside, by a shell that gets the name and the token as
// arguments.
func (n *Name) steps(p Plan) string {
	remove := "_remove() {\n\trm -f " + n.file() + "\n"
	if n.Make {
		remove += "\trmdir " + n.folders() + " 2>/dev/null || true\n"
	}
	var b strings.Builder
	b.WriteString("umask 022\n# the name is taken: others may look for one\nflock -u 5\nexec 5<&-\n")
	fmt.Fprintf(&b, "%s=$1\n%s=$2\n", n.Variable, n.Token)
	b.WriteString(remove + "}\ntrap _remove EXIT\n" + stopAll(n.Patience))
	fmt.Fprintf(&b, "printf %%s \"$%s\" >%s\n", n.Token, n.file())
	writeSteps(&b, p, "_remove\n")
	return b.String()
}

// folders are the folder and the one that it is in.
func (n *Name) folders() string { return quote(n.Folder) + " " + quote(path.Dir(n.Folder)) }

// variables are those that a plan's steps set.
func variables(p Plan) []string {
	var all []string
	for _, s := range p {
		if s.Numbers != nil {
			all = append(all, s.Numbers.Name)
			for _, v := range s.Numbers.Values {
				all = append(all, v.Name)
			}
		}
		if s.Holders != nil {
			all = append(all, s.Holders.List.Capture)
		}
	}
	return all
}

// Whoever only looks whether a lock is held has it for a moment, which is waited for.
// 75 is the exit code where it is somebody else's.
const lockOptions = "-w 0.2 -E 75"

// file is the file that is locked, as a shell has it.
func (n *Name) file() string { return quote(n.Folder + "/" + Var(n.Variable)) }

// find are the lines that find a name that nobody has. What the script sets is not
// for its children: what the caller has of that name goes out of the environment.
func (n *Name) find(set []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "unset %s\n", strings.Join(append([]string{n.Variable, n.Token, "_number", "_bits", "_said", "_before", "_name", "_rest", "_left", "_file"}, set...), " "))
	b.WriteString("# whoever has a file of that name locked has the name; while one is looked for, the folder is locked\n")
	if n.Make {
		fmt.Fprintf(&b, "(umask 077 && mkdir -p %s)\n", quote(n.Folder))
		fmt.Fprintf(&b, `for _folder in %s; do
	if [ -L "$_folder" ] || [ "$(stat -c %%u:%%a "$_folder")" != "$(id -u):700" ]; then
		echo "$_folder is not a folder that is yours alone" >&2
		exit 1
	fi
done
`, n.folders())
	}
	fmt.Fprintf(&b, "exec 5<%s\nflock -w 10 5 || { echo %s >&2; exit 1; }\n", quote(n.Folder), quote("another script has "+n.Folder+" locked for long"))
	fmt.Fprintf(&b, "%s=%s\n", n.Variable, quote(n.Wanted))
	b.WriteString("# 75 says that the name is taken; else its file is made empty, since it may be that of a run that was killed\n")
	try := "flock " + lockOptions + " " + n.file() + " sh -c ': >\"$1\"' sh " + n.file()
	if n.Exact {
		fmt.Fprintf(&b, "%s || { [ \"$?\" != 75 ] || echo %s >&2; exit 1; }\n", try, quote("a run called "+n.Wanted+" is up already"))
	} else {
		fmt.Fprintf(&b, "_number=1\nuntil %s; do\n\t[ \"$?\" = 75 ] || exit 1\n\t_number=$((_number + 1))\n\t%s=%s-$_number\ndone\n",
			try, n.Variable, quote(n.Wanted))
	}
	fmt.Fprintf(&b, "read -r %s </proc/sys/kernel/random/uuid\n[ -z \"$_code\" ] || exit \"$_code\"\n", n.Token)
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

// catchSignals has a signal to the script end the run. The shell inside is a child of
// what the script starts (beside what writes its input), and the first process of a
// PID namespace: nothing but KILL ends it until it has set its trap.
const catchSignals = `# a signal to the script ends the run
_pid=
_code=
_end() {
	_code=$1
	[ -n "$_pid" ] || return 0
	_children=$(cat "/proc/$_pid/task/$_pid/children") || true
	for _child in $_children; do kill -s TERM "$_child" || true; done
} 2>/dev/null
trap '_end 143' TERM
trap '_end 130' INT
trap '_end 129' HUP
trap '_end 131' QUIT
`

// waitForInside waits for the shell inside, and asks it again and again to end once a
// signal has come.
const waitForInside = `_pid=$!
exec 5<&-
_ended=0
[ -n "$_code" ] || wait "$_pid" || _ended=$?
while kill -s 0 "$_pid" 2>/dev/null; do
	_end "$_code"
	sleep 0.1
done
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

// unlessHeld are the lines that do a step, or end the script where somebody has what
// it takes; nobody else looks or takes meanwhile.
func unlessHeld(s Step) string {
	h := s.Holders
	s.Holders = nil
	var b strings.Builder
	for _, what := range h.What {
		b.WriteString(what.Before + "\t" + what.Name + "\n")
	}
	loop := fmt.Sprintf(`while IFS='	' read -r _before _name; do
	_rest=${%[1]s#*"$_before "}
	[ "$_rest" != "$%[1]s" ] || continue
	_rest=${_rest%%%%/*}
	echo "$_name is held by run ${_rest#\"}, or was, until that was killed: vagganet status closes it then" >&2
	exit 1
done`, h.List.Capture)
	line, input := hereDocument(loop, "END", b.String())
	return "exec 4<" + quote(h.Lock) + "\nflock 4\n" + Line(h.List) + line + "\n" + input + Line(s) + "exec 4<&-\n"
}
