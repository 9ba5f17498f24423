// Manual writes the manual pages into a folder: what help shows, in the language of
// mdoc(7).
//
//	go run ./commands/manual [-date 2026-11-28] [-version 0.1.0] FOLDER
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"vagganet/commands"
)

func main() {
	date := flag.String("date", "", "the `DATE` of the pages, as 2026-11-28")
	version := flag.String("version", "unreleased", "the program's `VERSION`")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: manual [-date DATE] [-version VERSION] FOLDER")
		os.Exit(2)
	}
	if err := write(flag.Arg(0), *date, *version); err != nil {
		fmt.Fprintln(os.Stderr, "manual:", err)
		os.Exit(1)
	}
}

func write(folder, date, version string) error {
	manual, err := commands.Manual(version)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, page := range manual {
		file := filepath.Join(folder, fmt.Sprintf("%s.%d", page.Title, page.Number))
		if err := os.WriteFile(file, []byte(mdoc(page, date, version)), 0o644); err != nil {
			return err
		}
	}
	return nil
}
