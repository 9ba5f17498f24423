package machine

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/gateway"
)

// readGateway looks what is there of a gateway, whole or half made.
func readGateway(g gateway.Gateway) GatewayFacts {
	facts := GatewayFacts{Owner: -1, Foreign: foreign(g)}
	if facts.Foreign != "" {
		return facts
	}
	note := readNote(g)
	facts.Parts = gateway.Parts{
		Dir:        exists(g.Dir()),
		UserNS:     IsNamespace(g.UserNS()),
		NetNS:      IsNamespace(g.NetNS()),
		Forwarding: exists(gateway.ForwardingMarker) && !otherGateway(g),
		Neighbours: exists(gateway.NeighbourMarker) && !otherGateway(g),
		Note:       note,
	}
	if note != nil {
		g.Network = note.Network
	}
	there, up, address := device(g.Interface)
	if there && address != g.HardwareAddr() {
		facts.Foreign = notOurs(g)
	} else {
		facts.Parts.Link, facts.Parts.Up = there, up
	}
	if info, err := os.Stat(g.RunsDir()); err == nil {
		facts.Owner = owner(info)
	}
	return facts
}

// device reports whether the host has a device of that name, whether it is up, and
// which hardware address it has. It asks for that device alone, in a way that needs
// no lock that who makes devices holds: to list all takes as long as whatever is
// being made or taken away elsewhere.
func device(name string) (there, up bool, address string) {
	if !exists("/proc/sys/net/ipv4/conf/" + name) {
		return false, false, "" // the kernel would look for a module of that name
	}
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false, false, ""
	}
	defer unix.Close(socket)
	flags, err := askDevice(socket, unix.SIOCGIFFLAGS, name)
	if err != nil {
		return false, false, ""
	}
	hardware, err := askDevice(socket, unix.SIOCGIFHWADDR, name)
	if err != nil {
		return false, false, ""
	}
	const family = 2 // bytes in front of a hardware address
	up = binary.NativeEndian.Uint16(flags[:])&unix.IFF_UP != 0
	return true, up, net.HardwareAddr(hardware[family : family+6]).String()
}

// askDevice asks the kernel one thing of a device. The answer's form depends on
// the question.
func askDevice(socket int, question uint, name string) (answer [24]byte, err error) {
	request := struct {
		name   [unix.IFNAMSIZ]byte
		answer [24]byte
	}{}
	copy(request.name[:unix.IFNAMSIZ-1], name)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(socket), uintptr(question), uintptr(unsafe.Pointer(&request)))
	if errno != 0 {
		return answer, errno
	}
	return request.answer, nil
}

// neighbours reads the limits as they are, and as they were. The mark is looked
// for last: while there is none, nobody has raised what was read.
func neighbours() (now, before gateway.NeighbourLimits) {
	for i := range now {
		// One that can't be read is 0.
		now[i], _ = strconv.Atoi(readSetting(strings.ReplaceAll(gateway.NeighbourSettings[i], ".", "/")))
	}
	return now, neighboursBefore(gateway.NeighbourMarker, now)
}

// neighboursBefore is what a mark says; a mark that was not written to its end
// is of nothing that was changed.
func neighboursBefore(marker string, now gateway.NeighbourLimits) gateway.NeighbourLimits {
	before := gateway.NeighbourLimits{}
	if json.Unmarshal([]byte(readFile(marker)), &before) != nil || !before.Seen() {
		return now
	}
	return before
}

// readNote reads what the gateway was made with; nil if it isn't there, or not
// whole.
func readNote(g gateway.Gateway) *gateway.Note {
	text, err := os.ReadFile(g.NoteFile())
	if err != nil {
		return nil
	}
	var note gateway.Note
	if json.Unmarshal(text, &note) != nil || len(note.Iptables) == 0 {
		return nil
	}
	return &note
}

// foreign returns what has the gateway's names but can't be ours: root makes the
// folders, and nobody else may write to them; and a device of ours has a folder.
func foreign(g gateway.Gateway) string {
	for _, dir := range []string{gateway.StateDir, g.Dir()} {
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
	if there, _, _ := device(g.Interface); there && !exists(g.Dir()) {
		return notOurs(g)
	}
	return ""
}

func notOurs(g gateway.Gateway) string {
	return fmt.Sprintf("the host has a device %s that is not a gateway's", g.Interface)
}

// otherGateway reports whether there is a gateway under another name.
func otherGateway(g gateway.Gateway) bool {
	dirs, _ := filepath.Glob(gateway.StateDir + "/*")
	for _, dir := range dirs {
		if dir != g.Dir() && filepath.Base(dir)[0] != '.' {
			return true
		}
	}
	return false
}

// IsNamespace reports whether a namespace is mounted on a file.
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
