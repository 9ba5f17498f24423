package terminal

import (
	"fmt"
	"io"
)

// Say writes a message that is no error.
func Say(w io.Writer, format string, args ...any) {
	io.WriteString(w, Clean(fmt.Sprintf("vagganet: "+format+"\n", args...)))
}
