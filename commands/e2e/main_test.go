package e2e

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"vagganet/commands/bench"
	"vagganet/commands/e2e/fake"
)

// Tests are run in the folder of their package.
const (
	top      = "../.."
	testdata = top + "/testdata"
)

func TestMain(m *testing.M) {
	program := fake.Program("unreleased")
	testscript.Main(m, map[string]func(){
		"vagganet":        program,
		"vagga":           program,
		"vagga_network":   program,
		"vagga_partition": program,
		"probe":           probeMain,
		"faketool":        fake.Tool,
		"hear":            hearMain,
		"nouserns":        nousernsMain,
		"attended":        attendedMain,
		"typist":          typistMain,
		"floor":           bench.Floor,
		"bench":           bench.Main,
		"crowd":           crowdMain,
		"attack":          attackMain,
		"hostile":         hostileMain,
		"striker":         strikerMain,
	})
}
