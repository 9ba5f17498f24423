package config

import (
	"reflect"
	"testing"
)

func TestVariables(t *testing.T) {
	for text, want := range map[string]string{
		"${A}":             "a",
		"x${A}y${A}z":      "xayaz",
		"${EMPTY}":         "",
		"${NONE:-}":        "",
		"${NONE:-b c:-d}":  "b c:-d",
		"${EMPTY:-b}":      "b",
		"${A:-b}":          "a",
		"$${A}":            "${A}",
		"$$$$":             "$$",
		"$$$":              "$$",
		"$A $ $(id) a$":    "$A $ $(id) a$",
		"${BRACES}":        "${A}", // once
		"${NONE:-$$} ${A}": "$$ a",
	} {
		if got := onlyChild(t, "run: x", "environ: {X: '"+text+"'}").Environ["X"]; got != want {
			t.Errorf("%s is read as %q, want %q", text, got, want)
		}
	}
}

// Variables are expanded where the page of the file says so, and nowhere else.
func TestWhereVariables(t *testing.T) {
	f := mustParse(t, `containers:
  t:
    rootfs: ${DIR}/root
    environ: {X: "${A}"}
    volumes: {/x: !BindRO "x/${A}", "/${A}": !BindRW "/work/${A}"}
commands:
  c: !Supervise
    description: ${A}
    children:
      a: !Command
        container: t
        network: {ip: "${IP}", hostname: a}
        work-dir: ${A}/b
        tags: ["${A}"]
        ready: {run: "echo ${A}", within: 5s}
        run: echo ${A} $$
    faults:
    - {at: 1s, exec: {node: a, run: "echo ${A}"}}
`)
	container, command := f.Containers["t"], f.Commands["c"]
	child := command.Children[0]
	for what, pair := range map[string][2]any{
		"rootfs":        {container.Rootfs, "/data/root"},
		"environ":       {container.Environ["X"], "a"},
		"source":        {container.Volumes[0].Source, "proj/x/a"},
		"work source":   {container.Volumes[1].Source, "proj/a"},
		"path":          {container.Volumes[1].Path, "/${A}"},
		"description":   {command.Description, "${A}"},
		"ip":            {child.Network.IP.String(), "172.18.0.7"},
		"work-dir":      {child.WorkDir, "a/b"},
		"tags":          {child.Tags, []string{"${A}"}},
		"ready":         {child.Ready.Run[2], "echo ${A}"},
		"run":           {child.Run[2], "echo ${A} $$"},
		"run of a node": {command.Faults[0].Words[4], "echo ${A}"},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
		}
	}
}

func TestVariablesWrong(t *testing.T) {
	variable := func(text, want, hint string) wrong {
		return wrong{text, childWith("run: x", "environ:", "  X: '"+text+"'"), "7: variable X " + want, hint}
	}
	const form = "write ${NAME} or ${NAME:-default}, and $$ for a dollar"
	checkWrong(t, []wrong{
		variable("${NONE}", "needs the variable NONE, which is not set", "set it, or write ${NONE:-default}"),
		variable("${A", "has ${ without }", "write $$ for a dollar"),
		variable("${}", `has "${}", which is no variable`, form),
		variable("${:-a}", `has "${:-a}", which is no variable`, form),
		variable("${A-b}", `has "${A-b}", which is no variable`, form),
		variable("${1A}", `has "${1A}", which is no variable`, form),
		variable("${A:-${B}}", "has a variable in the default of A", "a default is taken as it is written, up to the first }"),
		{"ip", childWith("run: x", "network:", "  ip: ${A}"),
			`7: ip "a" in network of child "a" must be an IPv4 address, 172.18.0.1 for example`, ""},
		{"rootfs", containerWith("rootfs: ${EMPTY}"), `4: rootfs is "${EMPTY}", which is empty here`, "set the variable, or write ${NAME:-default}"},
		{"source", containerWith("volumes:", "  /x: !BindRO ${NONE}"), `5: the source of volume "/x" needs the variable NONE, which is not set`,
			"set it, or write ${NONE:-default}"},
		{"absolute source", containerWith("volumes:", "  /x: !BindRO ${DIR}"), `5: volume "/x" has the source "/data"; write it relative to the folder of the file, ` +
			"or starting with /work for that folder", ""},
	})
}
