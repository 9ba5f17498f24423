package netcmd

import "vagganet/netcmd/plan"

// Isolated is what a run needs that has no gateway, and so nothing of root's:
// guests and bridge see each other, and no host.
type Isolated struct {
	// RunsDir is a folder of the user's with one locked file for each run.
	RunsDir string `json:"runs_dir"`
	// RunDir is an empty folder of the host's, one of IsolatedRunDirs, that
	// the run mounts its own folder on, in a mount namespace of its own.
	RunDir string `json:"run_dir"`
	// OwnUser reports whether the user must become root in a user namespace first:
	// all must but a root who has not been deprived of it.
	OwnUser bool `json:"own_user"`
}

// IsolatedRunDirs are folders that most systems have, and have empty. Nothing
// can be made for a run in a file system that others see, as it would outlive
// a run that is killed; so it takes what is there.
var IsolatedRunDirs = []string{"/mnt", "/media", "/srv", "/opt", "/var/opt", "/var/local", "/usr/local/src"}

// enter returns the words that start a command in new namespaces, in place of the
// gateway's.
func (i Isolated) enter(tools plan.Tools) []string {
	if i.OwnUser {
		return tools.Unshare.With("--user", "--map-root-user", "--net")
	}
	return tools.Unshare.With("--net")
}
