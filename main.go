// Vagganet tests distributed systems under network faults on one Linux
// machine: it gives each process of a system a network namespace of its own,
// and cuts the links between them.
package main

import (
	"os"

	"vagganet/commands"
)

// version and commit are set when the program is built by make. What go build and
// go install know instead is found by the verb version.
var version, commit = "unreleased", ""

func main() {
	app := commands.App{Machine: commands.Host{}, Version: version, Commit: commit}
	os.Exit(app.Main(os.Args))
}
