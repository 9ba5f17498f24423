package faults

import "slices"

// Healed reports whether no link and no uplink is cut. What slows links down cuts none.
func (s *Schedule) Healed() bool {
	for _, layer := range []Layer{Cuts, Uplinks} {
		if slices.ContainsFunc(s.links[layer], func(o owned) bool { return o.how != 0 }) {
			return false
		}
	}
	return true
}
