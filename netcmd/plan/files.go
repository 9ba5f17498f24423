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

// written are the lines of a shell that makes files. Folders, and empty files, that come
// in a row share a line.
func written(files []File) string {
	var b strings.Builder
	for _, group := range alike(files) {
		var paths []string
		for _, f := range group {
			paths = append(paths, quote(f.Path))
		}
		all := strings.Join(paths, " ")
		switch {
		case group[0].Folder:
			b.WriteString("mkdir -p " + all + "\n")
		case group[0].Text == "" && len(group) == 1:
			b.WriteString(": >" + all + "\n")
		case group[0].Text == "":
			b.WriteString("for _file in " + all + "; do : >\"$_file\"; done\n")
		default:
			line, input := hereDocument("cat >"+all, "END", group[0].Text)
			b.WriteString(line + "\n" + input)
		}
	}
	return b.String()
}

// alike parts files into those that are made by one line each.
func alike(files []File) (groups [][]File) {
	for i, f := range files {
		if i > 0 && f.Text == "" && files[i-1].Text == "" && f.Folder == files[i-1].Folder {
			last := len(groups) - 1
			groups[last] = append(groups[last], f)
			continue
		}
		groups = append(groups, []File{f})
	}
	return groups
}
