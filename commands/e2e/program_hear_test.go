package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// hear NAME [OTHER] tells which signals it gets, and ends by none of them. With
// OTHER, a second one of that name is in its process group.
func hearMain() {
	name := os.Args[1]
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP)
	if len(os.Args) > 2 {
		other := exec.Command(os.Args[0], os.Args[2])
		other.Stdout = os.Stdout
		if err := other.Start(); err != nil {
			fmt.Fprintln(os.Stderr, "hear:", err)
			os.Exit(1)
		}
		time.Sleep(100 * time.Millisecond)
	}
	fmt.Println(name, "listens")
	words := map[os.Signal]string{syscall.SIGINT: "INT", syscall.SIGQUIT: "QUIT", syscall.SIGTERM: "TERM", syscall.SIGHUP: "HUP"}
	for s := range signals {
		fmt.Println(name, "hears", words[s])
	}
}
