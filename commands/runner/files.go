package runner

import (
	"os"

	"vagganet/netcmd/plan"
)

// makeFiles makes the files of a step, and returns why one of them could not be made.
func (r *Runner) makeFiles(files []plan.File) error {
	var missing error
	for _, f := range files {
		path, text := r.expand(f.Path, &missing), r.expand(f.Text, &missing)
		if missing != nil {
			return missing
		}
		if err := makeFile(path, text, f.Folder); err != nil {
			return err
		}
	}
	return nil
}

func makeFile(path, text string, folder bool) error {
	if folder {
		return os.MkdirAll(path, 0o777)
	}
	return os.WriteFile(path, []byte(text), 0o666)
}
