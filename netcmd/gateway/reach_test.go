package gateway

import (
	"strings"
	"testing"
)

func TestTroubles(t *testing.T) {
	well := Reached{Host: Passed, Forwarded: Passed, Hidden: true}
	with := func(change func(*Reached)) Reached {
		r := well
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		what  Reach
		found Reached
		want  []string // of each trouble, a part of what helps
	}{
		"all is well":      {found: well},
		"nothing is known": {found: Reached{}},
		"forward drops": {found: with(func(r *Reached) { r.Forwarded = Dropped }),
			want: []string{`sudo nft insert rule inet filter forward iifname "vagga" accept && `}},
		"both are denied": {found: with(func(r *Reached) { r.Forwarded, r.Host = Denied, Denied }),
			want: []string{"filter forward oifname \"vagga\" ct state established,related accept", `sudo nft insert rule inet filter input iifname "vagga" accept`}},
		"firewalld": {found: with(func(r *Reached) { r.Forwarded, r.Firewalld = Dropped, true }),
			want: []string{"sudo firewall-cmd --zone=trusted --add-interface=vagga"}},
		"rules are gone":      {found: with(func(r *Reached) { r.Hidden = false }), want: []string{"vagganet destroy && vagganet create"}},
		"rules of one's own":  {what: Reach{NoIptables: true}, found: with(func(r *Reached) { r.Hidden = false })},
		"the host is not for": {what: Reach{NoHost: true}, found: with(func(r *Reached) { r.Host = Dropped })},
	} {
		c.what.Interface = "vagga"
		got := c.what.Troubles(c.found)
		if len(got) != len(c.want) {
			t.Errorf("%s: %d troubles: %+v", name, len(got), got)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i].Cure, want) || got[i].What == "" || got[i].Advice == "" {
				t.Errorf("%s: %+v, without %s", name, got[i], want)
			}
		}
	}
}
