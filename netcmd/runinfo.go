package netcmd

import (
	"encoding/json"
	"net/netip"
	"strings"

	"vagganet/netcmd/plan"
)

// Info is what a run says of itself, in a file of its folder.
type Info struct {
	Run     string `json:"run"`
	Command string `json:"command"`
	// Isolated reports whether the run has no gateway: then Slot is -1, and Gateway
	// and Bridge, the addresses of its slot, are empty.
	Isolated     bool       `json:"isolated"`
	Slot         int        `json:"slot"`
	Gateway      netip.Addr `json:"gateway"`
	Bridge       netip.Addr `json:"bridge"`
	GuestNetwork string     `json:"guest_network"`
	Guests       []Guest    `json:"guests"`
	// MTU is 0 where the run leaves it to the kernel.
	MTU int `json:"mtu,omitempty"`
	// Iptables and Ebtables are what the run's rules are made by; Ebtables is
	// null where iptables makes plain cuts, too. Rules of one kind of iptables,
	// legacy or not, mean nothing to the other.
	Iptables plan.Tool `json:"iptables"`
	Ebtables plan.Tool `json:"ebtables"`
	Legacy   bool      `json:"legacy"`
	// NoProc reports whether guests have no PID namespace of their own.
	NoProc bool `json:"no_proc"`
	// Roles are shell commands that succeed in the nodes that are in a role.
	Roles map[string]string `json:"roles,omitempty"`
	// OneUserNS reports whether guests have no user namespace of their own.
	OneUserNS bool `json:"one_user_ns"`
}

// InfoFile is where, inside of a run, its Info is.
func InfoFile(runDir string) string { return runDir + "/.run.json" }

// info is the run's Info as JSON, in which a variable stands for each value that is
// known when the run begins.
func (r Run) info() string {
	info := Info{
		Run: plan.Var(nameVar), Command: r.Command, Isolated: r.isolated(), Slot: -1,
		GuestNetwork: r.Network.String(), Guests: r.Guests, MTU: r.MTU,
		Iptables: r.Gateway.Tools.Iptables, Ebtables: r.Gateway.Tools.Ebtables, Legacy: r.Legacy, NoProc: r.NoProc, OneUserNS: r.OneUserNS,
		Roles: r.Roles,
	}
	var written any = info
	if !r.isolated() {
		written = struct {
			Info
			Slot    string `json:"slot"`
			Gateway string `json:"gateway"`
			Bridge  string `json:"bridge"`
		}{info, bare + plan.Var(SlotVariable) + bare, plan.Var(gatewayVar), plan.Var(bridgeVar)}
	}
	text, err := json.MarshalIndent(written, "", "  ")
	if err != nil {
		panic(err) // names and addresses always have a JSON form
	}
	return strings.NewReplacer(`"`+bare, "", bare+`"`, "", `\u0000`, "\x00").Replace(string(text)) + "\n"
}

// bare stands on both sides of a number that JSON would have in quotes.
const bare = "(bare)"
