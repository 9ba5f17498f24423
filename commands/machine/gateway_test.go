package machine

import (
	"os"
	"path/filepath"
	"testing"

	"vagganet/netcmd/gateway"
)

// A mark that root had no time to write is of nothing that was changed.
func TestNeighboursBefore(t *testing.T) {
	now, before := gateway.EnoughNeighbours, gateway.NeighbourLimits{128, 512, 1024, 128, 512, 2048}
	for text, want := range map[string]gateway.NeighbourLimits{
		"[128,512,1024,128,512,2048]\n": before,
		"[128,512,1024]\n":              {128, 512, 1024}, // IPv6's were not touched
		"":                              now,
		"[128,512":                      now,
		"{}":                            now,
		"[]":                            now,
	} {
		marker := filepath.Join(t.TempDir(), "marker")
		if err := os.WriteFile(marker, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := neighboursBefore(marker, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if got := neighboursBefore(filepath.Join(t.TempDir(), "absent"), now); got != now {
		t.Errorf("without a mark: %v, want %v", got, now)
	}
}
