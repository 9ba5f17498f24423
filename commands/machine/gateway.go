package machine

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"vagganet/netcmd"
)

// gateway looks what is there of a gateway, whole or half made.
func gateway(g netcmd.Gateway) GatewayFacts {
	facts := GatewayFacts{Owner: -1, Foreign: foreign(g)}
	if facts.Foreign != "" {
		return facts
	}
	facts.Parts = netcmd.GatewayParts{
		Dir:        exists(g.Dir()),
		UserNS:     IsNamespace(g.UserNS()),
		NetNS:      IsNamespace(g.NetNS()),
		Forwarding: exists(netcmd.ForwardingMarker) && !otherGateway(g),
		Note:       readNote(g),
	}
	if device, err := net.InterfaceByName(g.Interface); err == nil {
		facts.Parts.Link, facts.Parts.Up = true, device.Flags&net.FlagUp != 0
	}
	if info, err := os.Stat(g.RunsDir()); err == nil {
		facts.Owner = owner(info)
	}
	return facts
}

// readNote reads what the gateway was made with; nil if it isn't there, or not
// whole.
func readNote(g netcmd.Gateway) *netcmd.Note {
	text, err := os.ReadFile(g.NoteFile())
	if err != nil {
		return nil
	}
	var note netcmd.Note
	if json.Unmarshal(text, &note) != nil || len(note.Iptables) == 0 {
		return nil
	}
	return &note
}

// foreign says what has the gateway's names but can't be ours: root makes the
// folders, and nobody else may write to them; and a device of ours has a folder.
func foreign(g netcmd.Gateway) string {
	for _, dir := range []string{netcmd.StateDir, g.Dir()} {
		info, err := os.Lstat(dir)
		if os.IsNotExist(err) {
			break
		}
		if err != nil {
			return err.Error()
		}
		if !info.IsDir() || owner(info) != 0 || info.Mode().Perm()&0o022 != 0 {
			return fmt.Sprintf("%s is not a folder that only root can write to", dir)
		}
	}
	if _, err := net.InterfaceByName(g.Interface); err == nil && !exists(g.Dir()) {
		return fmt.Sprintf("the host has a device %s that is not a gateway's", g.Interface)
	}
	return ""
}

// otherGateway says whether there is a gateway under another name.
func otherGateway(g netcmd.Gateway) bool {
	dirs, _ := filepath.Glob(netcmd.StateDir + "/*")
	for _, dir := range dirs {
		if dir != g.Dir() && filepath.Base(dir)[0] != '.' {
			return true
		}
	}
	return false
}

// IsNamespace says whether a namespace is mounted on a file.
func IsNamespace(file string) bool {
	var fs unix.Statfs_t
	return unix.Statfs(file, &fs) == nil && fs.Type == unix.NSFS_MAGIC
}

func owner(info os.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}
