package bench

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"vagganet/commands/terminal"
)

// alternatives measures a run beside what others make guests on a bridge with, where
// that is installed: both do less, and both are root. None of CNI's or Mininet's
// guests can be cut from another.
func (b *bench) alternatives() error {
	for _, m := range []int{1, 3, 10} {
		var up, whole, plugin, start, mn samples
		ways := []func() error{
			func() error { return b.runTimes(m, &up, &whole) },
			func() error { return b.cniTime(m, &plugin) },
			func() error { return b.mininetTimes(m, &start, &mn) },
		}
		for range 7 {
			for _, way := range ways {
				if err := b.settle("ch0"); err != nil {
					return err
				}
				if err := way(); err != nil {
					return err
				}
			}
		}
		guests := terminal.Count(m, "guest")
		b.beside(guests+" up: CNI's bridge plugin", up, "`ip netns add` and the plugin", plugin)
		b.beside(guests+" up: Mininet's start", up, "without Python's own", start)
		b.beside(guests+", the whole run: `mn`", whole, "`mn --test none`", mn)
	}
	return nil
}

// beside adds a line for what may not be installed.
func (b *bench) beside(what string, program samples, name string, other samples) {
	if len(other) == 0 {
		b.lines = append(b.lines, tableLine{what: what, measured: program.with(" ms"), against: "not installed: scripts/deps --bench"})
		return
	}
	b.faster(what, program, name, other, 1)
}

func (b *bench) runTimes(m int, up, whole *samples) error {
	file, err := b.configFile(m, "echo up")
	if err != nil {
		return err
	}
	first, all, err := timed(b.command("vagganet", "--file", file, "run", "--no-prefix", "run"))
	*up, *whole = append(*up, first), append(*whole, all)
	return err
}

// cniFolder returns where CNI's plugins are; empty if they are not installed.
func cniFolder() string {
	for _, folder := range []string{"/usr/lib/cni", "/usr/libexec/cni", "/opt/cni/bin"} {
		if _, err := os.Stat(folder + "/bridge"); err == nil {
			return folder
		}
	}
	return ""
}

// cniNetwork is a bridge from which guests reach what its host does, as a run's.
const cniNetwork = `{"cniVersion": "0.4.0", "name": "measured", "type": "bridge", "bridge": "cni0",
"isDefaultGateway": true, "ipMasq": true,
"ipam": {"type": "host-local", "subnet": "10.99.0.0/16", "dataDir": "%s"}}`

// cniTime has each guest's network made as a container's is: a namespace, and then
// the plugin. All is removed after the clock has stopped.
func (b *bench) cniTime(m int, times *samples) error {
	folder := cniFolder()
	if folder == "" {
		return nil
	}
	start := time.Now()
	for i := range m {
		if err := errors.Join(asRoot("ip", "netns", "add", benchGuest(i)), b.cni(folder, "ADD", benchGuest(i))); err != nil {
			return err
		}
	}
	*times = append(*times, since(start))
	for i := range m {
		if err := errors.Join(b.cni(folder, "DEL", benchGuest(i)), asRoot("ip", "netns", "del", benchGuest(i))); err != nil {
			return err
		}
	}
	return asRoot("ip", "link", "del", "cni0")
}

// cni calls the plugin for one guest.
func (b *bench) cni(folder, command, guest string) error {
	plugin := exec.Command(folder + "/bridge")
	plugin.Env = append(os.Environ(), "CNI_PATH="+folder, "CNI_COMMAND="+command, "CNI_CONTAINERID="+guest,
		"CNI_NETNS=/run/netns/"+guest, "CNI_IFNAME=eth0")
	plugin.Stdin = strings.NewReader(fmt.Sprintf(cniNetwork, filepath.Join(b.folder, "cni")))
	if out, err := plugin.CombinedOutput(); err != nil {
		return fmt.Errorf("CNI's bridge, %s: %w: %s", command, err, out)
	}
	return nil
}

// mininetStart prints how long Mininet takes for a network of hosts on one bridge.
const mininetStart = `
import sys, time
from mininet.net import Mininet
from mininet.nodelib import LinuxBridge
from mininet.topo import SingleSwitchTopo
start = time.time()
net = Mininet(topo=SingleSwitchTopo(int(sys.argv[1])), switch=LinuxBridge, controller=None)
net.start()
print(1000 * (time.time() - start))
net.stop()
`

// mininetTimes has the network made by Mininet's own interface, and then by its
// program, which removes it, too.
func (b *bench) mininetTimes(m int, start, whole *samples) error {
	if _, err := exec.LookPath("mn"); err != nil {
		return nil
	}
	out, err := exec.Command("/usr/bin/python3", "-c", mininetStart, strconv.Itoa(m)).Output()
	if err != nil {
		return fmt.Errorf("python3 with Mininet: %w", err)
	}
	ms, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		return fmt.Errorf("python3 with Mininet: %w", err)
	}
	*start = append(*start, ms)
	if err := b.settle("ch0"); err != nil {
		return err
	}
	began := time.Now()
	err = asRoot("mn", "--topo", fmt.Sprintf("single,%d", m), "--switch", "lxbr", "--controller", "none", "--test", "none")
	*whole = append(*whole, since(began))
	return err
}

// asRoot runs a command in the sandbox itself, outside of the gateway.
func asRoot(words ...string) error {
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", strings.Join(words, " "), err, out)
	}
	return err
}
