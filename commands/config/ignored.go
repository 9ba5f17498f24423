package config

import "slices"

// The keys that vagga gives a meaning to and this program does not, by the
// mapping they belong in. Most are about building containers and about vagga's
// own command line.
var (
	fileIgnored = []string{"minimum-vagga", "mixins"}

	containerIgnored = []string{
		"auto-clean", "data-dirs", "environ-file", "gids", "hosts-file-path",
		"image-cache-url", "persistent", "resolv-conf-path", "setup", "uids",
	}

	tmpfsIgnored      = []string{"files", "subdirs"}
	persistentIgnored = []string{"init-command", "owner-gid", "owner-uid"}

	// anyIgnored goes for children as well as for the commands themselves.
	anyIgnored = []string{
		"aliases", "banner", "banner-delay", "epilog", "expect-inotify-limit",
		"group", "isolate-network", "link-as", "linked-path-translation",
		"pass-socket", "pass-tcp-socket", "prerequisites", "symlink-name",
	}

	processIgnored = []string{
		"accepts-arguments", "inherit-environ",
		"pid1mode", "supplementary-gids", "write-mode",
	}
)

func superviseIgnored() []string { return slices.Concat(anyIgnored, []string{"options", "tags"}) }

func childIgnored() []string {
	return slices.Concat(anyIgnored, processIgnored, []string{"description"})
}

func singleIgnored() []string {
	return slices.Concat(anyIgnored, processIgnored, []string{"external-user-id", "group-id", "options", "tags"})
}

func capsuleIgnored() []string {
	return slices.Concat(anyIgnored, []string{"accepts-arguments", "gids", "options", "tags", "uids"})
}
