package supervisor

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// UntilSignal returns a context that ends at the first signal that asks to stop.
// What was begun is then undone.
func UntilSignal() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, Wanted(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)...)
	go func() {
		s := <-signals
		cancel(Interrupted(s.(syscall.Signal)))
	}()
	return ctx
}
