package live

import (
	"strings"
	"testing"

	"vagganet/netcmd"
)

func TestUnderway(t *testing.T) {
	first := []string{"sh", "-c", `hostname a; (exec "$@")`, "sh", "./server", "-c", "x"}
	for own, want := range map[string]bool{
		strings.Join(first, " "):                           true,
		"/bin/unshare --root=/r --setuid=5 ./server -c x":  true,
		"/bin/unshare --wd=/r ./server -c x":               true,
		"/bin/unshare --setgid=6 ./server -c x":            true,
		"/bin/unshare --map-group=6 ./server -c x":         true,
		"/bin/busybox unshare --root=/r ./server -c x":     true,
		"/bin/vagganet _env ./server -c x":                 true,
		"/bin/vagganet _env unshare --wd=/r ./server -c x": true,
		"./server -c x":             false,
		"python3 ./server -c x":     false, // a script
		"server: worker":            false,
		"unshare --wd=/r ./another": false,
		"x":                         false,
		"":                          false,
	} {
		words := strings.Split(own, " ")
		if own == strings.Join(first, " ") {
			words = first
		}
		if got := netcmd.Underway(first, words); got != want {
			t.Errorf("%q: %v", own, got)
		}
	}
	if netcmd.Underway([]string{"sleep", "1"}, []string{"sleep", "1"}) {
		t.Error("what no such shell has started is underway")
	}
}
