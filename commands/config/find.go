package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// FileName is the name that Find looks for.
const FileName = "vagga.yaml"

// Find looks for vagga.yaml in dir and in the folders above it, and returns
// its absolute path. When there is none, the error names the folders that were
// looked in, nearest first, and is an fs.ErrNotExist.
func Find(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	var looked []string
	for {
		path := filepath.Join(dir, FileName)
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() {
			return path, nil
		}
		// A file that is there and cannot be reached must not be passed over
		// for another project's further up.
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		looked = append(looked, dir)
		if filepath.Dir(dir) == dir {
			return "", &notFoundError{looked}
		}
		dir = filepath.Dir(dir)
	}
}

type notFoundError struct{ looked []string }

func (e *notFoundError) Error() string {
	return fmt.Sprintf("there is no %s in %s", FileName, strings.Join(e.looked, ", "))
}

func (e *notFoundError) Is(target error) bool { return target == fs.ErrNotExist }
