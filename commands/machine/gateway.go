package machine

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
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
	_, noDevice := net.InterfaceByName(g.Interface)
	facts.Parts = netcmd.GatewayParts{
		Dir:    exists(g.Dir()),
		Link:   noDevice == nil,
		UserNS: IsNamespace(g.UserNS()),
		NetNS:  IsNamespace(g.NetNS()),
		// Another gateway goes on needing it.
		ForwardingMarker: exists(g.ForwardingMarker()) && !otherGateway(g),
		NoIptables:       exists(g.NoIptablesMarker()),
		Resolver:         readAddress(g.ResolverMarker()),
	}
	if info, err := os.Stat(g.RunsDir()); err == nil {
		facts.Owner = owner(info)
	}
	return facts
}

// readAddress reads a file with an address and nothing else; not valid if there
// is none.
func readAddress(file string) netip.Addr {
	text, err := os.ReadFile(file)
	if err != nil {
		return netip.Addr{}
	}
	ip, err := netip.ParseAddr(strings.TrimSpace(string(text)))
	if err != nil {
		return netip.Addr{}
	}
	return ip
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
		if dir != g.Dir() {
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
