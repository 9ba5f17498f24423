package gateway

import (
	"encoding/json"
	"fmt"
	"net/netip"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

// ReachVerb is the program's argument that makes it send packets from a gateway to
// the host. Its second argument is a Reach in JSON. It writes what is in the guests'
// way to its standard error, or, with "json" as a third one, a Reached in JSON.
const ReachVerb = "_reach"

// Reach is what is tried by packets from the gateway: whether the host takes them,
// and whether it forwards them. That can't be seen in its rules, which may be of
// several firewalls: a packet passes only if all of them accept it.
//
// What is to be forwarded is sent to the gateway's own address, so the host sends it
// back by the device that it came from. It goes through all of the host's firewall,
// and does not leave the machine.
type Reach struct {
	// Interface is the host's device, and Device the gateway's end of it.
	Interface string     `json:"interface"`
	Device    string     `json:"device"`
	Host      netip.Addr `json:"host"`
	Gateway   netip.Addr `json:"gateway"`
	// NoHost reports whether guests are to be kept off the host, and NoIptables that the
	// gateway has no rules in the host's firewall.
	NoHost     bool `json:"no_host,omitempty"`
	NoIptables bool `json:"no_iptables,omitempty"`
}

// Reached is what came of it.
type Reached struct {
	// Host and Forwarded are what became of packets to the host, and through it.
	// They are empty where nothing could be sent.
	Host      Outcome `json:"host"`
	Forwarded Outcome `json:"forwarded"`
	// Hidden reports whether what was forwarded had the host's address.
	Hidden bool `json:"hidden"`
	// Firewalld reports whether this firewall is active on the host.
	Firewalld bool `json:"firewalld"`
}

// Outcome is what became of packets.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "passed"
	Dropped Outcome = "dropped"
	Denied  Outcome = "denied" // and the sender was told so
)

// Trouble is something in the way of guests, in words, and what helps: a command
// line, and what else there is to know.
type Trouble struct{ What, Cure, Advice string }

func (t Trouble) Error() string { return t.What }

// Help returns what helps.
func (t Trouble) Help() string { return t.Cure + "\n" + t.Advice }

// Reach is what is to be tried for a gateway that was made with the options in Host.
func (g Gateway) Reach() Reach {
	return Reach{Interface: g.Interface, Device: addresses.PeerDevice(g.Interface), Host: g.Network.Host(), Gateway: g.Network.Gateway(),
		NoHost: g.Host.NoHost, NoIptables: g.Host.NoIptables}
}

// tryReach is the step that tries it, and says what is in the guests' way.
func (g Gateway) tryReach() []plan.Step {
	if g.Program == "" {
		return nil
	}
	s := g.reach()
	s.Says = true
	return []plan.Step{s}
}

// AskReach is the step that tries it, and captures what came of it for ReadReached.
func (g Gateway) AskReach() plan.Step {
	s := g.reach()
	s.Argv = append(s.Argv, "json")
	s.Capture = answer
	return s
}

func (g Gateway) reach() plan.Step {
	text, err := json.Marshal(g.Reach())
	if err != nil {
		panic(err) // names and addresses always have a JSON form
	}
	return g.inside("gateway: what the host's firewall makes of packets from there", g.Program, ReachVerb, string(text))
}

// ReadReached reads what AskReach captured.
func ReadReached(captured string) Reached {
	var r Reached
	if json.Unmarshal([]byte(captured), &r) != nil {
		return Reached{}
	}
	return r
}

// Troubles lists what is in the guests' way, by what became of the packets.
func (r Reach) Troubles(found Reached) []Trouble {
	var list []Trouble
	switch {
	case found.Forwarded == Dropped || found.Forwarded == Denied:
		t := Trouble{What: fmt.Sprintf("the host's firewall lets nothing through from device %s, so guests reach no other network", r.Interface)}
		t.Cure, t.Advice = r.accept(found, "forward")
		list = append(list, t)
	case found.Forwarded == Passed && !found.Hidden && !r.NoIptables:
		list = append(list, Trouble{
			What:   "the gateway's rules are gone from the host's firewall, so guests get no answer from other networks: a reload may have flushed them",
			Cure:   r.verb("destroy") + " && " + r.verb("create"),
			Advice: "a firewall that is reloaded often had better have rules like those that this prints: " + r.verb("create --dry-run")})
	}
	if !r.NoHost && (found.Host == Dropped || found.Host == Denied) {
		t := Trouble{What: fmt.Sprintf("the host's firewall takes nothing from device %s, so guests reach no port of the host", r.Interface)}
		t.Cure, t.Advice = r.accept(found, "input")
		list = append(list, t)
	}
	return list
}

func (r Reach) verb(words string) string { return addresses.CommandLine(r.Interface, words) }

// accept is how the host's firewall comes to accept what the device sends, and what
// else there is to know for that.
func (r Reach) accept(found Reached, chain string) (cure, advice string) {
	if found.Firewalld {
		return "sudo firewall-cmd --zone=trusted --add-interface=" + r.Interface, "the same with --permanent keeps it so"
	}
	cure = fmt.Sprintf("sudo nft insert rule inet filter %s iifname %q accept", chain, r.Interface)
	if chain == "forward" {
		cure += fmt.Sprintf(" && sudo nft insert rule inet filter forward oifname %q ct state established,related accept", r.Interface)
	}
	return cure, "\"nft list ruleset\" shows the table and the chain that drop it, if they have other names; for ufw: ufw allow in on " + r.Interface +
		", ufw route allow in on " + r.Interface
}
