package doctor

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"vagganet/netcmd/gateway"
)

func (f Facts) gatewayRows() []Row {
	rows := []Row{f.stateDirRow(), f.gatewayRow()}
	if f.Standing() && f.Gateway.Parts.Link {
		rows = append(rows, f.addressRow(), f.firewallRow())
		rows = append(rows, f.reachRows()...)
	}
	return slices.DeleteFunc(rows, func(r Row) bool { return r.Name == "" })
}

// stateDirRow is about the folder that root's mounts are in: whoever else could
// write to it could lead them elsewhere.
func (f Facts) stateDirRow() Row {
	const name = gateway.StateDir
	mode, _ := strconv.ParseUint(f.StateDir.Mode, 8, 32)
	switch d := f.StateDir; {
	case d.Kind == "":
		return ok(name, "not there yet")
	case d.Kind == "folder" && d.Owner == 0 && mode&0o022 == 0:
		return ok(name, "root's folder")
	default:
		return Row{Name: name, State: Missing, What: fmt.Sprintf("is a %s of user %d with mode %s", d.Kind, d.Owner, d.Mode),
			Why:     "create trusts only a folder of root's that nobody else writes to",
			Command: f.asRoot("rm -r " + name), Advice: "look first what it is, and who made it"}
	}
}

// gatewayRow returns the row with how much there is of a gateway, and whose it is.
func (f Facts) gatewayRow() Row {
	gw := f.Gateway
	row := Row{Name: "gateway", State: Missing, Why: "runs need a whole gateway of yours"}
	switch {
	case gw.Foreign != "":
		row.What = gw.Foreign
		row.Command = fmt.Sprintf("vagganet --interface %s create", otherName(f.Interface))
		row.Advice = "or remove what is in the way, if nobody needs it"
	case !gw.Parts.Any():
		return ok("gateway", fmt.Sprintf("no gateway %s yet: %s", f.Interface, f.verb("create")))
	case gw.Owner >= 0 && gw.Owner != f.User.UID:
		row.What = fmt.Sprintf("the gateway %s is %s's", f.Interface, f.ownerWord())
		row.Command = fmt.Sprintf("vagganet --interface %s --network %s create", otherName(f.Interface), f.freeNetwork())
		row.Advice = "that makes one of your own beside it"
	case !gw.Parts.NetNS || !gw.Parts.UserNS:
		row.What = fmt.Sprintf("the gateway %s is half made: it has %s", f.Interface, strings.Join(partNames(gw.Parts), ", "))
		row.Command = f.verb("create")
		row.Advice = "create removes what is left first"
	case !gw.Parts.Link:
		row.What = fmt.Sprintf("the gateway %s has lost its device", f.Interface)
		row.Command = f.verb("destroy") + " && " + f.verb("create")
	case !gw.Parts.Whole():
		// That it is up is the last thing that create does.
		row.What = fmt.Sprintf("the gateway %s is not whole: its device is down", f.Interface)
		row.Command = f.verb("create")
		row.Advice = "create removes what is left first"
	default:
		return ok("gateway", fmt.Sprintf("the gateway %s stands, and is yours", f.Interface))
	}
	return row
}

func partNames(p gateway.Parts) []string {
	var names []string
	for _, part := range []struct {
		there bool
		name  string
	}{{p.Dir, "its folder"}, {p.Link, "its device"}, {p.UserNS, "its user namespace"}, {p.NetNS, "its network namespace"}} {
		if part.there {
			names = append(names, part.name)
		}
	}
	return names
}

func (f Facts) ownerWord() string {
	if f.OwnerName != "" {
		return f.OwnerName
	}
	return "user " + strconv.Itoa(f.Gateway.Owner)
}

// otherName is a device's name that isn't taken by this gateway.
func otherName(device string) string {
	if device == "vagga2" {
		return "vagga3"
	}
	return "vagga2"
}

// addressRow compares the network that the gateway was made for with the one
// that is asked for now.
func (f Facts) addressRow() Row {
	const name = "gateway's address"
	want := netip.PrefixFrom(f.Network.Host(), f.Network.HostLink().Bits())
	var has []string
	for _, r := range f.Routes {
		if r.Device == f.Interface && r.Prefix == want {
			return ok(name, want.String())
		}
		if r.Device == f.Interface && r.Prefix != r.Prefix.Masked() {
			has = append(has, r.Prefix.String())
		}
	}
	row := Row{Name: name, State: Missing, What: fmt.Sprintf("device %s has no address", f.Interface),
		Why:     fmt.Sprintf("guests reach the host at %s, and the internet by it", want.Addr()),
		Command: f.verb("destroy") + " && " + f.verb("create")}
	if has != nil {
		row.What = fmt.Sprintf("device %s has %s, and not %s", f.Interface, strings.Join(has, " "), want)
		if made, err := netip.ParsePrefix(has[0]); err == nil {
			made = netip.PrefixFrom(made.Addr(), 16).Masked()
			row.Command = "export VAGGANET_NETWORK=" + made.String()
			row.Advice = "or write it down as \"network: " + made.String() + "\" in ~/.config/vagganet/settings.yaml"
		}
	}
	return row
}

// firewallRow is about rules that a firewall's restart has flushed.
func (f Facts) firewallRow() Row {
	note := f.Gateway.Parts.Note
	if note != nil && note.NoIptables {
		return ok("host's firewall", "left alone, as the gateway was made with --no-iptables")
	}
	if note == nil && f.addressRow().State != OK || len(f.RuleAnswers) == 0 {
		return Row{} // rules of another network were asked for, or none
	}
	gone := 0
	for _, a := range f.RuleAnswers {
		if a.Code != 0 {
			gone++
		}
	}
	if gone == 0 && note != nil && note.NoHost {
		return ok("host's firewall", "has the gateway's rules, and keeps guests off this host")
	}
	if gone == 0 {
		return ok("host's firewall", "has the gateway's rules")
	}
	return Row{Name: "host's firewall", State: Missing,
		What:    fmt.Sprintf("%d of the gateway's %d rules are gone", gone, len(f.RuleAnswers)),
		Why:     "guests reach no network but their own; a firewall that was restarted may have flushed them",
		Command: f.verb("destroy") + " && " + f.verb("create")}
}

// reachRows are about packets that were sent from the gateway: other firewalls than
// iptables may drop them, whatever its rules say.
func (f Facts) reachRows() []Row {
	const name = "packets of guests"
	answer, asked := f.Answers[Reach]
	found := gateway.ReadReached(answer.Output)
	if !asked || found.Forwarded == "" {
		return nil
	}
	var rows []Row
	for _, t := range f.Reach.Troubles(found) {
		rows = append(rows, Row{Name: name, State: Warning, What: t.What,
			Why:     "a packet was sent from the gateway to see what becomes of it",
			Command: t.Cure, Advice: t.Advice})
	}
	if rows == nil {
		return []Row{ok(name, "come to the host, and through it")}
	}
	return rows
}
