package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"vagganet":        main,
		"vagga":           main,
		"vagga_network":   main,
		"vagga_partition": main,
		"probe":           probeMain,
		"hear":            hearMain,
	})
}
