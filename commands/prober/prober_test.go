package prober

import (
	"bytes"
	"testing"
)

// Only what this process sent to this guest counts.
func TestSender(t *testing.T) {
	p := &probe{guests: make([]*guest, 3), token: [16]byte{1, 2, 3}}
	stranger := &probe{guests: p.guests, token: [16]byte{1, 2, 4}}
	if from, ours := p.sender(p.message(2, 1), 1); !ours || from != 2 {
		t.Errorf("from %d, %v", from, ours)
	}
	for name, message := range map[string][]byte{
		"another check's": stranger.message(2, 1),
		"for another":     p.message(2, 0),
		"from nobody":     p.message(3, 1),
		"too short":       p.message(2, 1)[:messageSize-1],
		"too long":        append(p.message(2, 1), 0),
		"empty":           nil,
		"zeros":           bytes.Repeat([]byte{0}, messageSize),
	} {
		if from, ours := p.sender(message, 1); ours {
			t.Errorf("%s is taken for one from %d", name, from)
		}
	}
}
