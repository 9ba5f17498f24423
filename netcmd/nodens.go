package netcmd

import (
	"fmt"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"vagganet/netcmd/plan"
)

// Each node has a user namespace that its network namespace belongs to: the
// bridge's is below the run's, and the guests' are below the bridge's. A guest's
// root so has no rights over the network of the bridge, of another guest or of
// the gateway, and a bridge command has none over the gateway's. What is mounted
// for a guest is locked: it can't be unmounted from a user namespace further down.
//
// All ids of the run's user namespace are mapped, each to itself.

// userFile is where a node's user namespace is mounted.
func (r Run) userFile(node string) string { return r.dir(UserPoint(node)) }

// UserPoint is the same within the run's folder.
func UserPoint(node string) string { return ".user/" + node }

// intoUser are the words that lead into a node's user namespace. Ids are the same
// there, and some systems let nobody set groups.
func (r Run) intoUser(node string) []string {
	return r.Gateway.Tools.Nsenter.With("--preserve-credentials", "--user="+r.userFile(node))
}

// The processes that make the namespaces. Only a process of the user namespace
// above can write the maps, and only one of the run's own can mount: so each
// process writes its number, with "-" while it needs the maps, and then with the
// node's name while it waits for its namespaces to be mounted. Its number is read
// from /proc, which may be that of another PID namespace.
//
// What makes a network namespace is started when the maps are there: some files of
// /proc/net belong for ever to who was root at that moment, and nobody may have been.
const (
	userScript = `read -r pid rest </proc/self/stat
echo "$pid - $1"
read -r rest <".mapped.$1"
exec %s sh -e -c "$2" sh "$pid" "$@"`
	guestScript = `echo "$1 $2"
exec >&-
read -r rest <.mounted
%s`
	bridgeScript = `echo "$1 bridge"
user=$4 guest=$5
shift 5
` + mapScript + `{
	for name; do
		%s sh -e -c "$user" sh "$name" "$guest" &
	done
	exec >&-
	wait
} | while read -r pid node name; do
	if [ "$node" = - ]; then
		map "$pid"
		echo >".mapped.$name"
	else
		echo "$pid $node"
	fi
done &
exec >&-
read -r rest <.mounted
wait`
	mapScript = `ids() { while read -r first rest; do echo "$first $first ${rest##* }"; done; }
uids=$(ids </proc/self/uid_map)
gids=$(ids </proc/self/gid_map)
map() {
	echo "$uids" >"/proc/$1/uid_map"
	echo "$gids" >"/proc/$1/gid_map"
}
`
)

// nodeNamespaces is the step that makes the namespaces of all nodes and mounts
// them. The pipe that 5 is open for reading and writing keeps nobody waiting whose
// partner has failed.
func (r Run) nodeNamespaces() plan.Step {
	tools := r.Gateway.Tools
	newUser := shellescape.QuoteCommand(tools.Unshare.With("--user"))
	user := fmt.Sprintf(userScript, shellescape.QuoteCommand(tools.Unshare.With("--net")))
	var settings strings.Builder
	for _, line := range r.guestSettings() {
		settings.WriteString(line + "\n")
	}
	guest := fmt.Sprintf(guestScript, settings.String())
	words := []string{Bridge, fmt.Sprintf(bridgeScript, newUser), user, guest}
	pipes := []string{"mkfifo", ".mounted"}
	for _, node := range r.nodes() {
		pipes = append(pipes, ".mapped."+node)
	}
	words = append(words, r.nodes()[1:]...)
	mount := shellescape.QuoteCommand(tools.Mount.With("--all", "--fstab", r.dir(".namespaces")))
	script := []string{
		"cd " + shellescape.Quote(r.RunDir()),
		shellescape.QuoteCommand(pipes),
		"exec 5<>.mounted",
		strings.TrimSuffix(mapScript, "\n"),
		newUser + " sh -e -c " + shellescape.Quote(user) + " sh " + shellescape.QuoteCommand(words) + " 5>&- | {",
		"	left=" + fmt.Sprint(len(r.nodes())),
		"	while read -r pid node name; do",
		`		if [ "$node" = - ]; then`,
		`			map "$pid"`,
		`			echo >".mapped.$name"`,
		"			continue",
		"		fi",
		`		echo "/proc/$pid/ns/user $PWD/.user/$node none bind 0 0"`,
		`		echo "/proc/$pid/ns/net $PWD/$node none bind 0 0"`,
		"		left=$((left - 1))",
		"	done >.namespaces",
		"	code=0",
		`	if [ "$left" != 0 ] || ! ` + mount + "; then code=1; fi",
		"	for node in " + shellescape.QuoteCommand(r.nodes()) + "; do echo; done >&5",
		`	exit "$code"`,
		"}",
	}
	s := r.step("nodes: a user and a network namespace for each", "sh", "-e")
	s.Stdin = plan.Lines(script...)
	if !r.NoProc { // else processes can't be found by the numbers that they have here
		s.Nodes = &plan.Nodes{Bridge: r.node(Bridge), Settings: r.guestSettings()}
		for _, g := range r.Guests {
			s.Nodes.Guests = append(s.Nodes.Guests, r.node(g.Name))
		}
	}
	return s
}

func (r Run) node(name string) plan.Node {
	return plan.Node{UserNS: r.userFile(name), NetNS: r.dir(name)}
}

// nodes lists the bridge and the guests.
func (r Run) nodes() []string {
	names := []string{Bridge}
	for _, g := range r.Guests {
		names = append(names, g.Name)
	}
	return names
}
