package commands

import (
	"slices"
	"testing"

	"vagganet/commands/kinds"
	"vagganet/commands/messages"
)

// A run takes no fault of a kind that it doesn't know.
func TestRunKnowsKinds(t *testing.T) {
	words := []string{"shape"}
	for _, k := range slices.Concat(kinds.All(), kinds.ForNodes()) {
		words = append(words, k.Name)
	}
	slices.Sort(words)
	if !slices.Equal(words, messages.Words) {
		t.Errorf("there are %q, and a run knows %q", words, messages.Words)
	}
}
