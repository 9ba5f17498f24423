package gateway

import (
	"slices"
	"testing"
)

func TestNeighbourLimits(t *testing.T) {
	const one, two, three = "net.ipv4.neigh.default.gc_thresh1=", "net.ipv4.neigh.default.gc_thresh2=", "net.ipv4.neigh.default.gc_thresh3="
	usual, larger := NeighbourLimits{128, 512, 1024}, NeighbourLimits{128, 512, 200000}
	for _, c := range []struct {
		name                         string
		now, before                  NeighbourLimits
		raising, lowering, afterward []string // afterward: once they are raised
	}{
		{"usual", usual, usual,
			[]string{one + "32768", two + "65536", three + "131072"},
			[]string{one + "128", two + "512", three + "1024"},
			[]string{one + "128", two + "512", three + "1024"}},
		{"IPv6 too", NeighbourLimits{32768, 65536, 131072, 128, 65536, 131072}, NeighbourLimits{32768, 65536, 131072, 128, 65536, 131072},
			[]string{"net.ipv6.neigh.default.gc_thresh1=32768"},
			[]string{"net.ipv6.neigh.default.gc_thresh1=128"},
			[]string{"net.ipv6.neigh.default.gc_thresh1=128"}},
		{"one is high already", larger, larger,
			[]string{one + "32768", two + "65536"}, []string{one + "128", two + "512"}, []string{one + "128", two + "512"}},
		{"somebody raised one since", NeighbourLimits{32768, 65536, 200000}, usual,
			nil, []string{one + "128", two + "512"}, []string{one + "128", two + "512", three + "1024"}},
		{"enough", EnoughNeighbours, EnoughNeighbours, nil, nil, nil},
		{"not to be seen", NeighbourLimits{}, NeighbourLimits{}, nil, nil, nil},
	} {
		if got := c.now.Raising(); !slices.Equal(got, c.raising) {
			t.Errorf("%s: raised by %q, want %q", c.name, got, c.raising)
		}
		if got := c.now.lowering(c.before); !slices.Equal(got, c.lowering) {
			t.Errorf("%s: lowered by %q, want %q", c.name, got, c.lowering)
		}
		if got := EnoughNeighbours.lowering(c.before); !slices.Equal(got, c.afterward) {
			t.Errorf("%s: lowered afterwards by %q, want %q", c.name, got, c.afterward)
		}
	}
	if EnoughNeighbours[1] < 253*252 {
		t.Errorf("253 guests that all talk to each other find some forgotten at once: %d", EnoughNeighbours[1])
	}
}
