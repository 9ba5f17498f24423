package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestMerge(t *testing.T) {
	f := mustParse(t, `_base: &base
  work_dir: base
  environ: &env {A: 1, B: 2}
  user-id: 5
  banner: hi
_more: &more {user-id: 6, tags: [x]}
commands:
  c: !Supervise
    children:
      a: !Command &a
        <<: [*base, *more]
        work-dir: own
        environ: {<<: *env, B: own}
        run: &line exec a
      b: !Command {<<: *base, run: *line}
      c: *a
`)
	c := f.Commands["c"].Children
	a, b := c[0], c[1]
	if a.WorkDir != "own" || a.UserID != 5 || !reflect.DeepEqual(a.Tags, []string{"x"}) ||
		!reflect.DeepEqual(a.Environ, map[string]string{"A": "1", "B": "own"}) {
		t.Errorf("a is %+v", a)
	}
	if b.WorkDir != "base" || b.Run[2] != "exec a" || b.Environ["B"] != "2" {
		t.Errorf("b is %+v", b)
	}
	if c[2].Name != "c" || c[2].Line != 16 || c[2].WorkDir != "own" {
		t.Errorf("c is %+v", c[2])
	}
	if want := []Ignored{{5, "banner"}}; !reflect.DeepEqual(f.Ignored, want) {
		t.Errorf("ignored %v, want %v", f.Ignored, want)
	}
}

func TestMergeWrong(t *testing.T) {
	checkWrong(t, []wrong{
		{"itself", "commands: &c\n  <<: *c\n", "1: commands is merged into itself", ""},
		{"scalar", "<<: a\n", `1: << must be a mapping or a list of them, not "a"`, ""},
		{"null", "<<:\n", "1: << must be a mapping or a list of them, not nothing", ""},
		{"list of scalars", "<<:\n- {}\n- a\n", `3: << must be a mapping or a list of them, not "a"`, ""},
		{"two", "<<: {}\n<<: {}\n", `2: the file has "<<" twice, here and in line 1; remove one`, ""},
		{"quoted is a key", `"<<": {}`, `1: the file has an unknown key "<<"`,
			"it may have commands, containers, guest-network, guest-network6"},
		{"wrong in the anchor", "_b: &b\n  user-id: x\n" + childWith("<<: *b", "run: a"),
			`2: user-id "x" of child "a" must be a number from 0 to 1073741824`, ""},
	})
}

// TestAliasBomb multiplies commands, children and variables by aliases.
func TestAliasBomb(t *testing.T) {
	list := func(prefix, value string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%s%d: %s, ", prefix, i, value)
		}
		return "{" + b.String() + "}"
	}
	const n = 500
	kinds := map[string]string{
		"children": "_e: &e " + list("E", "x", n) + "\n_c: &c !Command {run: a, environ: *e}\n" +
			"_l: &l " + list("c", "*c", n) + "\ncommands: " + list("s", "!Supervise {children: *l}", n),
		"words": "_r: &r [" + strings.Repeat("a, ", 10*n) + "]\n_c: &c !Command {run: *r}\n" +
			"_l: &l " + list("c", "*c", 20) + "\ncommands: " + list("s", "!Supervise {children: *l}", 20),
		"merges": "_a: &a {}\n_b: &b {<<: [" + strings.Repeat("*a, ", n) + "]}\n" +
			"_c: &c {<<: [" + strings.Repeat("*b, ", n) + "]}\ncontainers: {<<: [" + strings.Repeat("*c, ", n) + "]}",
	}
	for name, text := range kinds {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := Parse("f", []byte(text), variables)
			if err == nil || err.Error() != "f:1: the file describes more than 300000 values; use fewer aliases" {
				t.Errorf("got %v", err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestLargeFile is a real one at the limit of the network: it must not be
// taken for a bomb.
func TestLargeFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("commands:\n")
	for c := range 20 {
		fmt.Fprintf(&b, "  c%d: !Supervise\n    children:\n", c)
		for g := range 253 {
			fmt.Fprintf(&b, "      g%d: !Command {network: {hostname: h, ports: {80: 80}}, environ: {A: a, B: b}, "+
				"work-dir: d, user-id: 1, tags: [t], run: [a, b, c]}\n", g)
		}
	}
	if f := mustParse(t, b.String()); len(f.Commands) != 20 || len(f.Commands["c7"].Children) != 253 {
		t.Error("commands are lost")
	}
}
