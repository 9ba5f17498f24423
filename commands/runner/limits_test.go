package runner

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestLimitHint(t *testing.T) {
	for _, c := range []struct {
		err  error
		said string
		want string
	}{
		{&os.PathError{Op: "fork/exec", Path: "/bin/ip", Err: syscall.EAGAIN}, "", "ulimit -u"},
		{nil, "unshare: fork failed: Resource temporarily unavailable", "pids.max"},
		{nil, "sh: 1: Cannot fork", "kernel.pid_max"},
		{fmt.Errorf("pipe: %w", syscall.EMFILE), "", "ulimit -n"},
		{nil, "Error: argument \"/run/g5\" is wrong: Invalid \"netns\" value", "ulimit -n"},
		{nil, "open: Too many open files in system", "fs.file-max"},
		{nil, "unshare: unshare failed: No space left on device", "user.max_net_namespaces"},
		{nil, "sendmsg() failed: Message too long\niptables-restore: line 2005 failed: Message too long.", "net.core.wmem_default"},
		{syscall.ENOMEM, "", "memory.max"},
		{errors.New("exit status 1"), "No such file or directory", ""},
		{syscall.ENOENT, "mount: No space left on device", ""},
	} {
		got := LimitHint(c.err, c.said)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%v, %q: %q, want %q in it", c.err, c.said, got, c.want)
		}
	}
}
