package checks

import (
	"cmp"
	"fmt"
	"strings"

	"vagganet/commands/hints"
	"vagganet/commands/machine"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
)

// Settings returns an error where the settings of a run's networks can't be switched.
func Settings(facts machine.Facts) error {
	if !facts.NoSettings {
		return nil
	}
	return hints.With(fmt.Errorf("/proc/sys is read-only here and parts of /proc are hidden, as in containers, so no network can be set up"),
		"have the container show all of /proc: docker run --security-opt systempaths=unconfined, podman run --security-opt unmask=ALL, "+
			"or procMount: Unmasked with hostUsers: false in Kubernetes")
}

// UserIDs returns which child wants to be a user or a group that there isn't, or to have
// a tmpfs of theirs. Root has all of them.
func UserIDs(run netcmd.Run, facts machine.Facts) error {
	if err := mappable(run); err != nil || facts.User.UID == 0 {
		return err
	}
	user, group := facts.User.SubUIDs.Count, facts.User.SubGIDs.Count
	for _, child := range run.Children {
		var err error
		if !run.MapsIDs(child) {
			err = cmp.Or(checkID(run, facts, child.Name+" can't be user", child.UserID, user),
				checkID(run, facts, child.Name+" can't be of group", child.GroupID, group))
		}
		if child.Files != nil && err == nil && !run.OneID() {
			err = checkTmpfs(run, facts, child)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mappable returns which child wants a user namespace of its own where there can't be one.
func mappable(run netcmd.Run) error {
	for _, child := range run.Children {
		if run.OneUserNS && run.MapsIDs(child) {
			return hints.With(fmt.Errorf("%s can't be user %d of group %d: nobody can make the user namespace that this takes here", child.Name, child.UserID, child.GroupID),
				"with subordinate ids, and without external-user-id, it takes none")
		}
	}
	return nil
}

// checkTmpfs returns an error if a tmpfs of a child is of a user or group that there isn't.
func checkTmpfs(run netcmd.Run, facts machine.Facts, child netcmd.Child) error {
	for _, m := range child.Files.Mounts {
		err := cmp.Or(checkID(run, facts, fmt.Sprintf("%s of %s can't be of user", m.Path, child.Name), m.UID, facts.User.SubUIDs.Count),
			checkID(run, facts, fmt.Sprintf("%s of %s can't be of group", m.Path, child.Name), m.GID, facts.User.SubGIDs.Count))
		if err != nil {
			return err
		}
	}
	return nil
}

// checkID returns an error that begins with what, if an id is none of as many subordinate
// ones as the user has, and the gateway has got.
func checkID(run netcmd.Run, facts machine.Facts, what string, id, have int) error {
	note := facts.Gateway.Parts.Note
	switch {
	case id > have:
		return hints.With(fmt.Errorf("%s %d: you have %d subordinate ids", what, id, have),
			"have an administrator give you more in /etc/subuid and /etc/subgid, and make the gateway anew")
	case run.Isolated == nil && note != nil && id > note.IDs:
		return hints.With(fmt.Errorf("%s %d: the gateway %s was made when you had %d subordinate ids",
			what, id, run.Gateway.Interface, note.IDs), "make the gateway anew")
	}
	return nil
}

// NotInsideHint returns the cure where a run's first process could not be started in its
// namespaces.
func NotInsideHint(isolated bool) string {
	if isolated {
		return "what stands above is unshare's: this machine, or the container we are in, may forbid it to users\n" +
			"(sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns); with a gateway it is not needed\n" +
			noSpaceHint + "\n" +
			"if it is /proc that can't be mounted, the container hides parts of it (docker run --security-opt systempaths=unconfined)"
	}
	return "what stands above is nsenter's or unshare's; vagganet run --dry-run … shows how they are called, and vagganet doctor looks for what is in the way\n" + noSpaceHint
}

const noSpaceHint = "if it is \"No space left on device\", there are as many namespaces as the system allows: see sysctl user.max_net_namespaces"

// ChooseRun returns the run that is wanted by its name, or the only one where no name is
// given.
func ChooseRun(g gateway.Gateway, runs []runstate.Run, wanted string) (runstate.Run, error) {
	var names []string
	for _, r := range runs {
		names = append(names, r.Name)
		if r.Name == wanted || wanted == "" && len(runs) == 1 {
			if r.Info == nil {
				return r, fmt.Errorf("run %s is still being set up: try again in a moment", r.Name)
			}
			return r, nil
		}
	}
	switch {
	case len(runs) == 0:
		return runstate.Run{}, hints.With(fmt.Errorf("no run is up on gateway %s", g.Interface),
			"start one by: vagganet%s run COMMAND", InterfaceOption(g))
	case wanted == "":
		return runstate.Run{}, hints.With(fmt.Errorf("there is more than one run: %s", strings.Join(names, ", ")), "name one by --run")
	}
	return runstate.Run{}, hints.With(fmt.Errorf("no run is called %q", wanted), "there are: %s", strings.Join(names, ", "))
}
