package plan

import "strings"

// File is a file or a folder that a step makes.
type File struct {
	Path string
	// Text is all that is in the file: whole lines, which may contain Var references.
	Text string
	// Folder reports whether it is a folder. It may be there already, and those that
	// it is in are made, too.
	Folder bool
}

// kind is the command by which a shell makes the file. Several in a row that need no
// more than their paths take one line.
func (f File) kind() string {
	switch {
	case f.Folder:
		return "mkdir -p"
	case f.Text == "":
		return "touch"
	}
	return "cat >"
}

// written are the lines of a shell that makes files.
func written(files []File) string {
	var b strings.Builder
	last := ""
	for _, f := range files {
		kind := f.kind()
		switch {
		case f.Text != "":
			line, input := hereDocument(kind+quote(f.Path), "END", f.Text)
			b.WriteString(endLine(last) + line + "\n" + input)
			last = ""
			continue
		case kind != last:
			b.WriteString(endLine(last) + kind)
		}
		b.WriteString(" " + quote(f.Path))
		last = kind
	}
	return b.String() + endLine(last)
}

// endLine ends a line that was begun.
func endLine(begun string) string {
	if begun == "" {
		return ""
	}
	return "\n"
}
