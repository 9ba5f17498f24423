package supervisor

import (
	"bufio"
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
)

// neverClosed is the end of a control pipe: its end would be that of the test.
var neverClosed []*os.File

// TestListen has the control pipe bring signals while the network is being set
// up: to stand still for a while is no reason not to.
func TestListen(t *testing.T) {
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	neverClosed = append(neverClosed, in)
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan syscall.Signal)
	go listen(bufio.NewReader(out), heard{signals: signals}, cancel, nil)
	for _, s := range []syscall.Signal{syscall.SIGTSTP, syscall.SIGCONT, syscall.SIGTERM} {
		if ctx.Err() != nil {
			t.Errorf("given up before %v", s)
		}
		in.Write([]byte{byte(s)})
		if got := <-signals; got != s {
			t.Errorf("%v became %v", s, got)
		}
	}
	var by Interrupted
	if !errors.As(context.Cause(ctx), &by) || by != Interrupted(syscall.SIGTERM) {
		t.Errorf("given up because of %v", context.Cause(ctx))
	}
}
