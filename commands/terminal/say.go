package terminal

import (
	"fmt"
	"io"
)

// Say writes a message that is no error.
func Say(w io.Writer, format string, args ...any) {
	io.WriteString(w, Clean(fmt.Sprintf("vagganet: "+format+"\n", args...)))
}

// Count returns a number with what it counts: "1 link", "2 links".
func Count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
