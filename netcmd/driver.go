package netcmd

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// DriverEnv returns the environment of a driver of the run, which has that name: the
// caller's, and what children have besides. The program's own names come last in PATH.
func (r Run) DriverEnv(callers []string, name string) []string {
	own := map[string]string{
		"VAGGANET_INTERFACE": r.Gateway.Interface,
		"VAGGANET_RUN":       name,
		"VAGGANET_SEED":      strconv.FormatUint(r.Seed, 10),
		"VAGGA_COMMAND":      r.Command,
	}
	if r.Out != "" {
		own[outVar] = r.Out
	}
	var env []string
	for _, e := range callers {
		variable, value, _ := strings.Cut(e, "=")
		if _, set := own[variable]; !set && variable != "PATH" {
			env = append(env, e)
		} else if variable == "PATH" {
			own["PATH"] = value + ":" + r.ownPath()
		}
	}
	for _, variable := range slices.Sorted(maps.Keys(own)) {
		env = append(env, variable+"="+own[variable])
	}
	return env
}

// ownPath is the folder in which the program has all its names.
func (r Run) ownPath() string {
	if r.ownBin() {
		return r.BinDir()
	}
	return path.Dir(r.Program)
}
