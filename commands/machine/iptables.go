package machine

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"vagganet/netcmd/plan"
)

// LegacyIptables reports whether a tool is an iptables of the legacy kind. It is
// the only place where that is decided, and starts nothing: the tool's file tells.
func (Host) LegacyIptables(iptables plan.Tool) bool {
	path, err := exec.LookPath(iptables.Last())
	if err != nil {
		return false
	}
	file, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	return legacyIptables(filepath.Base(file), func() string { return readFile(file) })
}

// legacyByName are how the files of both kinds are called: those with "multi" are
// of all versions, where "compat" was nft's name at first, and before that there
// was the legacy kind alone.
var legacyByName = []struct {
	part   string
	legacy bool
}{{"legacy", true}, {"nft", false}, {"compat", false}, {"xtables-multi", true}}

// legacyIptables goes by the file's name, and where that is anybody's, by what is
// in the file: a program of the nft kind has the name nf_tables in it, and a script
// that of the kind it calls.
func legacyIptables(name string, content func() string) bool {
	for _, known := range legacyByName {
		if strings.Contains(name, known.part) {
			return known.legacy
		}
	}
	text := content()
	if strings.HasPrefix(text, "\x7fELF") {
		return !strings.Contains(text, "nf_tables")
	}
	return callsLegacy().MatchString(text)
}

var callsLegacy = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(iptables-legacy|xtables-legacy-multi|xtables-multi)\b`)
})
