package e2e

import (
	"regexp"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

var comparisons = map[string]func(a, b int) bool{
	"=": func(a, b int) bool { return a == b },
	"<": func(a, b int) bool { return a < b },
	">": func(a, b int) bool { return a > b },
}

// figure NAME =|<|> NUMBER|NAME: the last output has a line "NAME: NUMBER",
// perhaps behind a child's name, and that number compares so.
func cmdFigure(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 || comparisons[args[1]] == nil {
		ts.Fatalf("usage: figure NAME =|<|> NUMBER|NAME")
	}
	have := figure(ts, args[0])
	want, err := strconv.Atoi(args[2])
	if err != nil {
		want = figure(ts, args[2])
	}
	if !comparisons[args[1]](have, want) {
		ts.Fatalf("%s is %d, not %s %d", args[0], have, args[1], want)
	}
}

func figure(ts *testscript.TestScript, name string) int {
	line := regexp.MustCompile(`(?m)^(?:.* \| )?` + regexp.QuoteMeta(name) + `: (\d+)$`)
	all := line.FindAllStringSubmatch(ts.ReadFile("stdout"), -1)
	if len(all) != 1 {
		ts.Fatalf("%d figures %q in the output, not 1", len(all), name)
	}
	n, err := strconv.Atoi(all[0][1])
	ts.Check(err)
	return n
}
