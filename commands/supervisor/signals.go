package supervisor

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// UntilSignal returns a context that ends at the first signal that asks to stop.
// What was begun is then undone.
func UntilSignal() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, Wanted(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)...)
	go func() {
		if s, ok := <-signals; ok {
			cancel(Interrupted(s.(syscall.Signal)))
		}
	}()
	return ctx, func() { signal.Stop(signals); close(signals) }
}
