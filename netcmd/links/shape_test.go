package links_test

import (
	"testing"

	"vagganet/netcmd/links"
)

func TestShapeString(t *testing.T) {
	for want, shape := range map[string]links.Shape{
		"":             {},
		"delay 0.5ms":  {Delay: 0.5},
		"rate 8kbit":   {Rate: 8000},
		"rate 2.5gbit": {Rate: 2.5e9},
		"delay 50ms jitter 10ms loss 20% duplicate 1% reorder 25% corrupt 0.1% rate 1mbit": {
			Delay: 50, Jitter: 10, Loss: 20, Duplicate: 1, Reorder: 25, Corrupt: 0.1, Rate: 1e6},
	} {
		if got := shape.String(); got != want {
			t.Errorf("%+v is %q, not %q", shape, got, want)
		}
	}
}
