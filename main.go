// Vagganet tests distributed systems under network faults on one Linux
// machine: it gives each process of a system a network namespace of its own,
// and cuts the links between them.
package main

import (
	"os"

	"vagganet/commands"
)

// version is set when the program is built.
var version = "unreleased"

func main() {
	app := commands.App{Machine: commands.Host{}, Version: version}
	os.Exit(app.Main(os.Args))
}
