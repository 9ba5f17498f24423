// Package fake has the machine that a file describes and the tools that write down
// how they are called: for golden transcripts, and for the comparison of what a
// verb runs with its script. The program has none of it.
package fake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vagganet/commands"
	"vagganet/commands/machine"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

// factsVar names the file that describes the machine for the program under
// test. Without it, the program sees the real one.
const factsVar = "TEST_FACTS"

// Setup has a script's program see the machine of the script's facts.json.
func Setup(env *testscript.Env) error {
	env.Setenv(factsVar, filepath.Join(env.WorkDir, "facts.json"))
	return nil
}

// Program returns the program, of that version, on the machine that the test asks
// for.
func Program(version string) func() {
	return func() {
		app := commands.App{Machine: commands.Host{}, Version: version}
		if file := os.Getenv(factsVar); file != "" {
			m, err := readMachine(file)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(70)
			}
			app.Machine = m
		}
		os.Exit(app.Main(os.Args))
	}
}

// fakeMachine is a machine that a file describes.
type fakeMachine struct{ facts testFacts }

// testFacts is that file, in JSON. It says only what is unlike usualFacts.
type testFacts struct {
	machine.Facts
	Routes []machine.Route `json:"routes"`
	// Missing are programs that are not installed.
	Missing []string `json:"missing"`
	// Users are other users, by name.
	Users map[string]gateway.User `json:"users"`
	// LacksNames reports whether the program's other names are not beside it.
	LacksNames bool `json:"lacks_names"`
	// Slots are taken by as many runs, from slot 0 on.
	Slots int `json:"slots"`
	// Guests are those of a run "chaos" that is up, by the order of their
	// addresses; Inside says that the caller is in it.
	Guests     []string `json:"guests"`
	Inside     bool     `json:"inside"`
	Supervisor int      `json:"supervisor"`
	// GuestEnv is the environment of guests' commands; null for the caller's.
	GuestEnv []string `json:"guest_env"`
	// LacksModules are modules that the kernel hasn't.
	LacksModules []string `json:"lacks_modules"`
	// Down and Paused are those of the guests that were killed, and paused.
	Down   []string `json:"down"`
	Paused []string `json:"paused"`
	// NoEbtables reports whether iptables makes plain cuts, too.
	NoEbtables bool `json:"no_ebtables"`
}

// usualFacts are those of a machine like any other, on which nothing has been
// done: Docker has br_netfilter loaded, and the user has subordinate ids.
func usualFacts() testFacts {
	ids := gateway.IDRange{First: 100000, Count: 65536}
	return testFacts{
		Facts: machine.Facts{
			User:    gateway.User{UID: 1000, GID: 1000, SubUIDs: ids, SubGIDs: ids, MapTools: true},
			Kernel:  machine.Kernel{BridgeFilter: true, IPv6: true},
			Gateway: machine.GatewayFacts{Owner: -1},
		},
		Supervisor: 4711,
		GuestEnv:   []string{"PATH=/usr/bin:/bin", "VAGGANET_RUN=chaos"},
	}
}

func readMachine(file string) (fakeMachine, error) {
	m := fakeMachine{usualFacts()}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m.facts); err != nil {
		return m, fmt.Errorf("%s: %w", file, err)
	}
	return m, nil
}

func (m fakeMachine) Has(program string) bool { return !slices.Contains(m.facts.Missing, program) }

func (m fakeMachine) Lacks(module string) bool { return slices.Contains(m.facts.LacksModules, module) }

func (m fakeMachine) LegacyIptables(iptables plan.Tool) bool {
	return m.Facts(gateway.Gateway{}).Legacy
}

func (m fakeMachine) Kernel() machine.Kernel { return m.facts.Kernel }

func (m fakeMachine) CanCut(plan.Tool) bool { return !m.facts.NoEbtables }

func (m fakeMachine) Facts(gateway.Gateway) machine.Facts {
	f := m.facts.Facts
	f.Legacy = f.Legacy || f.Modules != nil
	return f
}

func (m fakeMachine) Routes() []machine.Route { return m.facts.Routes }

func (m fakeMachine) Runs(g gateway.Gateway) ([]runstate.Run, error) {
	var runs []runstate.Run
	if m.facts.Guests != nil {
		pid := m.facts.Supervisor
		runs = append(runs, runstate.Run{Name: "chaos", Supervisor: pid, Dir: runstate.Root(pid) + g.RunDir(),
			UserNS: fmt.Sprintf("/proc/%d/ns/user", pid), Info: m.info(g)})
	}
	for n := range m.facts.Slots {
		name := fmt.Sprintf("run-%d", n)
		runs = append(runs, runstate.Run{Name: name, Supervisor: 5000 + n, Info: &netcmd.Info{Run: name, Slot: n}})
	}
	return runs, nil
}

func (m fakeMachine) SeenRuns(g gateway.Gateway) ([]runstate.Run, error) { return m.Runs(g) }

func (m fakeMachine) Inside(g gateway.Gateway) *runstate.Run {
	if !m.facts.Inside {
		return nil
	}
	return &runstate.Run{Name: "chaos", Supervisor: 1, Dir: g.RunDir(), Info: m.info(g)}
}

// Resolve and Tree look at the real file system, in which scripts make what
// their volumes need.
func (m fakeMachine) Resolve(base, path string) (string, error) {
	return commands.Host{}.Resolve(base, path)
}

func (m fakeMachine) Tree(base string, paths []string) (netcmd.Tree, error) {
	return commands.Host{}.Tree(base, paths)
}

func (m fakeMachine) info(g gateway.Gateway) *netcmd.Info {
	slot := g.Network.Slot(0)
	info := &netcmd.Info{Run: "chaos", Command: "chaos", Gateway: slot.Gateway, Bridge: slot.Bridge,
		GuestNetwork: addresses.DefaultGuestNetwork.String(), Ebtables: plan.UsualTools().Ebtables}
	if m.facts.NoEbtables {
		info.Ebtables = nil
	}
	ip := netip.MustParseAddr("172.18.0.0")
	for _, name := range m.facts.Guests {
		ip = ip.Next()
		info.Guests = append(info.Guests, netcmd.Guest{Name: name, Hostname: name, IP: ip})
	}
	return info
}

func (m fakeMachine) Survey(machine.Facts, []string) machine.Survey { return machine.Survey{} }

// guestProcess numbers the guests' processes after the supervisor's.
func (m fakeMachine) guestProcess(guest string) int {
	return m.facts.Supervisor + 2 + 2*slices.Index(m.facts.Guests, guest)
}

func (m fakeMachine) Process(int) machine.Process {
	return machine.Process{State: "running", Age: 200 * time.Second}
}

func (m fakeMachine) User(name string) (gateway.User, error) {
	if u, ok := m.facts.Users[name]; ok {
		return u, nil
	}
	return gateway.User{}, fmt.Errorf("this machine has no user %q", name)
}

func (m fakeMachine) GuestPIDs(run live.Run) map[string]int {
	pids := map[string]int{}
	for _, g := range run.Guests {
		pids[g.Name] = m.guestProcess(g.Name) + 1
	}
	return pids
}

func (m fakeMachine) Nodes(run live.Run) []live.Node {
	var nodes []live.Node
	for _, g := range run.Guests {
		n := live.Node{Name: g.Name, Down: slices.Contains(m.facts.Down, g.Name), Paused: slices.Contains(m.facts.Paused, g.Name)}
		if !n.Down {
			n.Inits, n.Starters = []int{m.guestProcess(g.Name)}, []int{m.guestProcess(g.Name) - 1}
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func (m fakeMachine) Gone([]live.Node) bool       { return true }
func (m fakeMachine) StandStill([]live.Node) bool { return true }

// GuestCommand is the first process's child.
func (m fakeMachine) GuestCommand(run live.Run, guest string) live.Process {
	return live.Process{PID: m.guestProcess(guest) + 1, Env: m.facts.GuestEnv}
}

func (m fakeMachine) Program() (string, bool) { return "/usr/bin/vagganet", m.facts.LacksNames }
