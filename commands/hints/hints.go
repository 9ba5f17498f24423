// Package hints has the cures of errors, and writes both for a person.
package hints

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"vagganet/commands/config"
	"vagganet/commands/runner"
	"vagganet/commands/terminal"
	"vagganet/netcmd/gateway"
)

// Report writes an error for a person: what is wrong, and what helps, which is
// not said again where it helps against the next thing, too.
func Report(w io.Writer, err error) {
	said := ""
	for _, e := range split(err) {
		fmt.Fprintf(w, "vagganet: %s\n", terminal.Clean(e.Error()))
		if hint := For(e); hint != "" && hint != said {
			said = hint
			fmt.Fprintf(w, "hint: %s\n", strings.ReplaceAll(terminal.Clean(hint), "\n", "\nhint: "))
		}
	}
}

// split takes apart errors that were joined, such as a failed step and what
// failed in undoing it. An error that wraps several in words of its own is one.
func split(err error) []error {
	if reflect.TypeOf(err) != reflect.TypeOf(errors.Join(io.EOF)) {
		return []error{err}
	}
	var all []error
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		all = append(all, split(e)...)
	}
	return all
}

// hinted is an error with its cure.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// Help returns the cure.
func (h hinted) Help() string { return h.hint }

// With returns an error with its cure; without one, the error itself.
func With(err error, format string, args ...any) error {
	hint := fmt.Sprintf(format, args...)
	if hint == "" {
		return err
	}
	return hinted{err, hint}
}

// helpful is an error that knows its cure; an empty one says that there is none.
type helpful interface{ Help() string }

// For returns the cure, where there is one that we know.
func For(err error) string {
	var h helpful
	if errors.As(err, &h) {
		return h.Help()
	}
	var failed *runner.StepError
	if errors.As(err, &failed) {
		return stepHint(failed)
	}
	return runner.LimitHint(err, "")
}

const (
	noTerminal = "a password is wanted, and there is no terminal to type it: run this in one, or have a rule that wants no password"
	tooOld     = "this tool is too old, or BusyBox's, which can do less: \"vagganet doctor\" says which, and what to install"
	cantWrite  = "is there no space left in /run, or is it read-only? See \"df /run\", \"df -i /run\" and \"vagganet doctor\""
	askedAgain = "a password is wanted for each command: have it remembered (sudo's timestamp_timeout, doas' \"persist\"), or a rule that wants none"
)

// stepHints are cures by what a failed tool says.
var stepHints = []struct{ said, hint string }{
	{"a terminal is required", noTerminal}, // sudo
	{"a tty is required", noTerminal},      // doas
	{"a password is required", "sudo wants a password: run \"sudo -v\" first, or give sudo a rule without password"},
	{"Authorization required", "doas wants a password: leave -n out, or give doas a rule with \"nopass\""},
	{"is not in the sudoers file", "ask an administrator for sudo, or for a gateway: \"vagganet create --dry-run\" prints what is run as root"},
	{"unshare: unshare failed: Operation not permitted", "this machine, or the container we are in, forbids user namespaces: \"vagganet doctor\" looks for what does"},
	{"unshare: unshare failed: Permission denied", "this machine, or the container we are in, forbids user namespaces: \"vagganet doctor\" looks for what does"},
	{"brctl: applet not found", "this busybox was built without brctl: VAGGANET_BRCTL=ip has ip make the bridge"},
	{"arp: applet not found", "this busybox was built without arp: VAGGANET_BRCTL=ip or VAGGANET_BRCTL=brctl has ip do it"},
	{"unrecognized option", tooOld}, // util-linux's, and BusyBox's of the same names
	{"multi-call binary", tooOld},
	{"install: cannot change ", cantWrite}, // which is what comes of a folder that it couldn't make
	{"No space left on device", cantWrite},
	{"Read-only file system", cantWrite},
	{"mount: /etc/hosts: mount point", "the guests' names go over /etc/hosts, so there has to be one: touch it, as root"},
	{"xtables.lock: Permission denied", "this iptables can put its lock nowhere else: name another, such as VAGGANET_IPTABLES=iptables-nft"},
	{"No such file or directory\nmodprobe", "the kernel's modules are not installed: see /lib/modules"},
	{"Could not fetch rule set generation id", "the kernel lacks nf_tables: name another iptables, such as VAGGANET_IPTABLES=iptables-legacy"},
	{"qdisc kind is unknown", NetemPackages},
	{"can't initialize ip6tables table", "the kernel lacks ip6tables' modules: load them as root, by modprobe -a ip6table_filter ip6t_REJECT, or name another iptables, such as VAGGANET_IPTABLES=iptables-nft"},
	{"can't initialize iptables table", "the kernel lacks iptables' modules: load them as root, or name another iptables, such as VAGGANET_IPTABLES=iptables-nft"},
}

func stepHint(e *runner.StepError) string {
	if missing := missingByRoot(e); missing != nil {
		return rootToolsHint(missing)
	}
	if missing := missingTool(e); missing != "" {
		return missing + " is not there: " + toInstall(missing)
	}
	if e.Step.About == gateway.AboutAskedOnce {
		return askedAgain
	}
	if hint := runner.LimitHint(e.Err, e.Stderr); hint != "" {
		return hint
	}
	for _, h := range stepHints {
		if strings.Contains(e.Stderr, h.said) {
			return h.hint
		}
	}
	return ""
}

// Nearest is a hint that names the word that was meant, if one is close.
func Nearest(word string, known []string) string {
	if meant := config.Nearest(word, known); meant != "" {
		return fmt.Sprintf("did you mean %q?", meant)
	}
	return ""
}
