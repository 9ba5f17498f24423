package gateway

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"vagganet/netcmd/plan"
)

const aboutDir = "host: where the gateway's namespaces are mounted"

func (g Gateway) makeStateDir() []plan.Step {
	return []plan.Step{g.root(aboutDir, "install", "-d", "-m", "0755", StateDir)}
}

func (g Gateway) removeStateDir() []plan.Step {
	s := g.root("host: folder", "rmdir", StateDir)
	s.Gone = []string{"not empty"} // another gateway's folder is in there
	return []plan.Step{s}
}

func (g Gateway) makeDir() []plan.Step {
	uid, gid := strconv.Itoa(g.User.UID), strconv.Itoa(g.User.GID)
	note := g.root(aboutDir, "dd", "of="+g.NoteFile(), "status=none")
	note.Stdin = g.note()
	return []plan.Step{
		// Of two that make the same gateway, one fails here.
		g.root(aboutDir, "mkdir", "-m", "0755", g.Dir()),
		note,
		g.root(aboutDir, "install", "-d", "-m", "0700", "-o", uid, "-g", gid, g.RunsDir(), g.RunDir()),
		g.root(aboutDir, "touch", g.UserNS(), g.NetNS()),
	}
}

// removeDir removes the gateway's folder. In the user's folders below it, only
// the user removes: a process of the user's could put a link in the way of one
// that removes as root, and some rm follow it.
func (g Gateway) removeDir() []plan.Step {
	const about = "host: folder"
	empty := g.user(about, "rm", "-rf", g.RunsDir(), g.RunDir())
	if g.othersGateway() {
		empty.Place.Enter = ownSession(g.Tools.Unshare.With("--setgid", nogroup, "--setuid", strconv.Itoa(g.Host.Found.Owner)))
	}
	empty.Gone = []string{"Permission denied"} // they are empty then, but in a folder of root's
	rmdir := g.root(about, "rmdir", g.RunsDir(), g.RunDir())
	rmdir.Gone = []string{"No such file"} // they are gone, or were not made yet
	steps := []plan.Step{
		rmdir,
		g.root(about, "rm", "-f", g.NoteFile(), g.UserNS(), g.NetNS()),
		g.root(about, "rmdir", g.Dir()),
	}
	for i := range steps {
		steps[i].Evidence = true
	}
	return append([]plan.Step{empty}, steps...)
}

// nogroup has no files.
const nogroup = "65534"

func (g Gateway) note() string {
	text, err := json.Marshal(Note{
		Network: g.Network, Iptables: g.Tools.Iptables, Legacy: g.Host.Legacy, Resolver: g.Host.resolver(),
		NoIptables: g.Host.NoIptables, IDs: g.User.SubUIDs.Count, NoHost: g.Host.NoHost, Restricted: g.Host.Restricted,
	})
	if err != nil {
		panic(err) // words and addresses always have a JSON form
	}
	return string(text) + "\n"
}

// writeMaps maps the user to root and the subordinate ids to the rest. Root
// maps every id to itself: there is nobody to keep apart from root. For another user,
// root writes the maps itself.
func (g Gateway) writeMaps(about string) []plan.Step {
	u := g.User
	if u.UID != 0 && !g.ForOther && u.MapTools && u.SubUIDs.Count > 0 && u.SubGIDs.Count > 0 {
		return []plan.Step{
			hostStep(about, g.Tools.Newuidmap.With(append([]string{holder}, idMap(u.UID, u.SubUIDs)...)...)...),
			hostStep(about, g.Tools.Newgidmap.With(append([]string{holder}, idMap(u.GID, u.SubGIDs)...)...)...),
		}
	}
	return []plan.Step{
		g.writeMap(about, "uid_map", idMap(u.UID, u.SubUIDs)),
		g.writeMap(about, "gid_map", idMap(u.GID, u.SubGIDs)),
	}
}

func (g Gateway) writeMap(about, file string, words []string) plan.Step {
	s := g.root(about, "dd", "of=/proc/"+holder+"/"+file, "status=none")
	if g.User.UID == 0 {
		words = []string{"0", "0", "4294967295"}
	}
	for triple := range slices.Chunk(words, 3) {
		s.Stdin += strings.Join(triple, " ") + "\n"
	}
	return s
}

// idMap is a map in words of three: the first id inside, the first id outside,
// how many.
func idMap(id int, sub IDRange) []string {
	words := []string{"0", strconv.Itoa(id), "1"}
	if sub.Count > 0 {
		words = append(words, "1", strconv.Itoa(sub.First), strconv.Itoa(sub.Count))
	}
	return words
}
