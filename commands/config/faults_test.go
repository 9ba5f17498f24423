package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestFaults(t *testing.T) {
	const text = `
- {at: 5s, for: 2s, partition: isolate a}
- {every: 10s, for: 3s, partition: random-halves --how reject}
- {at: 0, every: 1m30s, partition: [disjoint, a b, --, c]}
- {every: 1.5s, check: true}
- {at: 7, partition: "cut 'a:b' b:a"}
- {at: 7s, for: 10ms, shape: a:b --loss 20%}
- {at: 1s, kill: "leader --signal TERM"}
- {every: 9s, for: 1s, pause: [a, b]}
- {at: 2s, exec: {node: a, run: echo "$x"}}
- {at: 3s, exec: {run: [date, -s, a b], node: b}}
`
	want := []string{
		"2 5s 0s 2s partition [isolate a]",
		"3 10s 10s 3s partition [random-halves --how reject]",
		"4 0s 1m30s 0s partition [disjoint a b -- c]",
		"5 1.5s 1.5s 0s check []",
		"6 7s 0s 0s partition [cut a:b b:a]",
		"7 7s 0s 10ms shape [a:b --loss 20%]",
		"8 1s 0s 0s kill [leader --signal TERM]",
		"9 9s 9s 1s pause [a b]",
		`10 2s 0s 0s exec [a -- /bin/sh -c echo "$x"]`,
		"11 3s 0s 0s exec [b -- date -s a b]",
	}
	faults, err := ParseFaults("faults.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	check := func(faults []Fault, firstLine int) {
		if len(faults) != len(want) {
			t.Fatalf("%d faults", len(faults))
		}
		for i, f := range faults {
			got := fmt.Sprintf("%d %v %v %v %s %v", f.Line-firstLine+2, f.Start, f.Every, f.For, f.Verb, f.Words)
			if got != want[i] {
				t.Errorf("got  %s\nwant %s", got, want[i])
			}
		}
	}
	check(faults, 2)
	list := ""
	for _, line := range []byte(text) {
		list += string(line)
		if line == '\n' {
			list += "      "
		}
	}
	f := mustParse(t, "commands:\n  c: !Supervise\n    children: {a: !Command {run: x}}\n    faults:"+list)
	check(f.Commands["c"].Faults, 5)
}

func TestFaultsEmpty(t *testing.T) {
	for _, text := range []string{"[]", "# none", "~"} {
		if faults, err := ParseFaults("f", []byte(text)); err != nil || faults != nil {
			t.Errorf("%q: %v, %v", text, faults, err)
		}
	}
}

func TestFaultsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"faults: []":               "f:1: the timeline must be a list, not a mapping",
		"- isolate a":              `f:1: a fault must be a mapping, not "isolate a"`,
		"- {at: 1s}":               "f:1: a fault does nothing; add partition:, shape:, kill:, pause:, exec: or check:",
		"- {partition: isolate a}": "f:1: a fault has no time; add at: or every:",
		"- {at: 1s, partition: isolate a, check: true}":   "f:1: a fault is either partition or check; make it two",
		"- {at: 1s, chek: true}":                          `f:1: a fault has an unknown key "chek"`,
		"- {at: 1s, check: false}":                        `f:1: check is "false", but can only be true`,
		"- {at: 1s, for: 1s, check: true}":                "f:1: a check takes no for:; it is done once",
		"- {every: 2s, for: 2s, partition: isolate a}":    "f:1: a fault lasts for 2s and comes every 2s; it must be over before it comes again",
		"- {at: -1s, partition: isolate a}":               `f:1: at "-1s" must be a time from 0s to 24h0m0s, such as 5s or 500ms`,
		"- {every: 0s, partition: isolate a}":             `f:1: every "0s" must be a time from 1ms to 24h0m0s, such as 5s or 500ms`,
		"- {at: 1s, for: soon, partition: isolate a}":     `f:1: for "soon" must be a time from 1ms to 24h0m0s, such as 5s or 500ms`,
		"- {at: 1s, partition: \"isolate 'a\"}":           `f:1: partition "isolate 'a": EOF found when expecting closing quote`,
		"- {at: 1s, kill: {}}":                            "f:1: kill must be a text, not a mapping",
		"- {at: 1s, start: a}":                            `f:1: a fault has an unknown key "start"`,
		"- {at: 1s, exec: a}":                             `f:1: exec must be a mapping, not "a"`,
		"- {at: 1s, exec: !X {node: a}}":                  `f:1: exec can't have the tag "!X"; remove the tag`,
		"- {at: 1s, exec: {run: x}}":                      "f:1: exec is in no node; add node:",
		"- {at: 1s, exec: {node: '', run: x}}":            "f:1: node of exec is empty; remove it or fill it in",
		"- {at: 1s, exec: {node: a}}":                     "f:1: exec has nothing to run; add run: with a shell line or a list of words",
		"- {at: 1s, exec: {node: a, run: ' '}}":           "f:1: run of exec is empty; give it a shell line or a list of words",
		"- {at: 1s, exec: {node: a, run: []}}":            "f:1: run of exec names no program; put one first in the list",
		"- {at: 1s, exec: {node: a, nod: b}}":             `f:1: exec has an unknown key "nod"`,
		"- {at: 1s, for: 1s, exec: {node: a, run: x}}":    "f:1: an exec takes no for:; it is done once",
		"- {at: 1s, partition: {}}":                       "f:1: partition must be a text, not a mapping",
		"- {at: 1s, partition: isolate a}\n- {at: 1s}\n":  "f:2: a fault does nothing; add partition:, shape:, kill:, pause:, exec: or check:",
		"- &a {at: 1s, partition: isolate a}\n- *a\n- {}": "f:3: a fault does nothing; add partition:, shape:, kill:, pause:, exec: or check:",
	} {
		_, err := ParseFaults("f", []byte(text))
		var e *Error
		if !errors.As(err, &e) || e.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// What is written is read as what it was.
func TestFormatFaults(t *testing.T) {
	const want = `# of a run
#
# and its seed
- {at: 5s, for: 2s, partition: isolate a} # a | b c
- {every: 10s, for: 3s, partition: random-halves --how reject}
- {at: 0s, every: 1m30s, partition: [disjoint, a b, --, c]}
- {at: 7s, partition: 'isolate --seed 12 @any'}
- {at: 7s, for: 10ms, shape: 'a:b --loss 20%'}
- {at: 1s, check: true}
- {at: 1ms, kill: "1 2"}
- {at: 2s, exec: {node: a, run: "echo \"$x\"\n# done"}}
- {at: 3s, exec: {node: "1", run: [date, -s, a b, ""]}}
`
	faults, err := ParseFaults("faults.yaml", []byte(want))
	if err != nil {
		t.Fatal(err)
	}
	note := func(i int) string { return map[int]string{0: "a | b c"}[i] }
	got, err := FormatFaults("of a run\n\nand its seed\n", faults, note)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseFaults("faults.yaml", got)
	if err != nil || !reflect.DeepEqual(again, faults) {
		t.Errorf("%v: read as\n%v\nnot\n%v", err, again, faults)
	}
	plain := func(text string) string { return strings.NewReplacer("'", "", `"`, "").Replace(text) }
	if plain(string(got)) != plain(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, err := FormatFaults("none", nil, note); err != nil || string(got) != "# none\n[]\n" {
		t.Errorf("%v: %q", err, got)
	}
}
