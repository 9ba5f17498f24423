package tc

import "vagganet/netcmd/links"

// needsNetem reports whether a shape takes the kernel's sch_netem.
func needsNetem(s links.Shape) bool { return s.Delay+s.Jitter+s.Reorder+s.Corrupt > 0 }

// queued reports whether a shape takes a queue of the link's own.
func queued(s links.Shape) bool { return needsNetem(s) || s.Rate > 0 }

// drawn reports whether a shape takes a filter that draws.
func drawn(s links.Shape) bool { return s.Loss+s.Duplicate > 0 }

// Modules returns those of the kernel that a shape takes.
func Modules(s links.Shape) []string {
	var modules []string
	need := func(needed bool, names ...string) {
		if needed {
			modules = append(modules, names...)
		}
	}
	need(needsNetem(s), "sch_netem")
	need(s != links.Shape{}, "cls_bpf")
	need(drawn(s), "sch_ingress")
	need(s.Duplicate > 0, "act_mirred")
	need(queued(s), "sch_htb")
	need(s.Rate > 0, "sch_tbf")
	return modules
}
