package runstate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"vagganet/netcmd/gateway"
)

// One makes a gateway, and the next one waits, and is told for whom.
func TestMaking(t *testing.T) {
	g := gateway.Gateway{Interface: fmt.Sprintf("test%d", os.Getpid())}
	first, err := Making(context.Background(), g, nil)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Making(context.Background(), gateway.Gateway{Interface: g.Interface + "x"}, nil)
	if err != nil {
		t.Errorf("another gateway: %v", err)
	} else {
		other.Close()
	}
	reason := errors.New("by the user")
	ctx, cancel := context.WithCancelCause(context.Background())
	var who string
	_, err = Making(ctx, g, func(said string) { who = said; cancel(reason) })
	if !errors.Is(err, reason) || !strings.HasPrefix(who, fmt.Sprintf("process %d of user %d", os.Getpid(), os.Getuid())) {
		t.Errorf("waited for %q: %v", who, err)
	}
	time.AfterFunc(20*time.Millisecond, func() { first.Close() })
	second, err := Making(context.Background(), g, nil)
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
}
