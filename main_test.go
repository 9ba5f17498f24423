package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"vagganet/commands/e2e/fake"
)

func TestMain(m *testing.M) {
	program := fake.Program(version)
	testscript.Main(m, map[string]func(){
		"vagganet":        program,
		"vagga":           program,
		"vagga_network":   program,
		"vagga_partition": program,
		"faketool":        fake.Tool,
	})
}
