package campaign

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Results calls a function with the results of a campaign, one for each seed: the last one,
// in the order in which they came. There may be none yet.
func Results(path string, each func(Result)) error {
	last := map[uint64]int{}
	err := eachResult(path, func(line int, r Result) { last[r.Seed] = line })
	if err != nil {
		return err
	}
	return eachResult(path, func(line int, r Result) {
		if last[r.Seed] == line {
			each(r)
		}
	})
}

// eachResult reads lines one at a time. One that isn't whole is that of a program that was
// killed.
func eachResult(path string, each func(line int, r Result)) error {
	file, err := os.Open(filepath.Join(path, resultsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	in := bufio.NewReader(file)
	for n := 0; ; n++ {
		text, err := in.ReadBytes('\n')
		if err != nil {
			return nil
		}
		var r Result
		if json.Unmarshal(text, &r) == nil && r.Verdict != "" {
			each(n, r)
		}
	}
}

func jsonLine(r Result) []byte {
	line, err := json.Marshal(r)
	if err != nil {
		panic(err) // it has nothing that can't be written
	}
	return append(line, '\n')
}
