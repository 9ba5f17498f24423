package supervisor

import (
	"bytes"
	"os"

	"golang.org/x/sys/unix"
)

// LogName is the name of a child's file in the folder of run --out.
func LogName(child string) string { return child + ".log" }

// openFiles opens the children's files in the folder of run --out. The process outside has
// made them.
func (o *output) openFiles(spec Spec) {
	if spec.Run.Out == "" {
		return
	}
	o.files = map[string]*os.File{}
	for _, c := range spec.Run.Children {
		fd, err := unix.Openat(outFD, LogName(c.Name), unix.O_WRONLY|unix.O_APPEND|unix.O_CLOEXEC, 0)
		if err != nil {
			o.lose(&os.PathError{Op: "open", Path: LogName(c.Name), Err: err})
			continue
		}
		o.files[c.Name] = os.NewFile(uintptr(fd), LogName(c.Name))
	}
}

// lose takes note of why something could not be written.
func (o *output) lose(err error) {
	o.write.Lock()
	defer o.write.Unlock()
	if o.lost == nil {
		o.lost = err
	}
}

// kept is one stream of a child, as it is kept in a file: the bytes that the child wrote,
// whole lines at a time, so that those of the other stream don't come between.
type kept struct {
	to   *os.File
	lose func(error)
	rest []byte // a line whose end is still to come
}

// Write takes what the child has written. It never fails: the child's lines are still to be
// shown.
func (k *kept) Write(text []byte) (int, error) {
	end := bytes.LastIndexByte(text, '\n') + 1
	if len(k.rest)+len(text) > lineMax {
		end = len(text)
	}
	if end > 0 {
		k.put(append(k.rest, text[:end]...))
		k.rest = k.rest[:0]
	}
	k.rest = append(k.rest, text[end:]...)
	return len(text), nil
}

// end writes a last line that has no end.
func (k *kept) end() { k.put(k.rest) }

func (k *kept) put(text []byte) {
	if len(text) == 0 {
		return
	}
	if _, err := k.to.Write(text); err != nil {
		k.lose(err)
	}
}
