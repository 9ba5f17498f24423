package config

import (
	"strings"
	"testing"
)

// afters is a file with a child for each word, which has what is after its colon as
// the value of after. The first child is in line 4.
func afters(words ...string) string {
	text := "commands:\n  c: !Supervise\n    children:\n"
	for _, word := range words {
		name, after, _ := strings.Cut(word, ":")
		if after != "" {
			after = ", after: " + after
		}
		text += "      " + name + ": !Command {run: x" + after + "}\n"
	}
	return text
}

func TestAfter(t *testing.T) {
	f := mustParse(t, afters("web:[db, cache, db]", "cache:db", "db", "cli:[]"))
	var got []string
	for _, c := range f.Commands["c"].Children {
		got = append(got, c.Name+":"+strings.Join(c.After, ","))
	}
	if want := "cache:db cli: db: web:cache,db"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAfterWrong(t *testing.T) {
	checkWrong(t, []wrong{
		{"near", afters("database", "web:databse"), `5: child "web" is to start after "databse", which is no child of command "c"`, `did you mean "database"?`},
		{"far", afters("db", "web:[db, postgresql]"),
			`5: child "web" is to start after "postgresql", which is no child of command "c"`, "the children are db, web"},
		{"mapping", afters("db", "web:{}"), `5: after of child "web" must be a text, not a mapping`, ""},
		{"empty", afters("db", "web:''"), `5: after of child "web" is empty; remove it or fill it in`, ""},
		{"itself", afters("db:db"), `4: child "db" waits for itself; remove it from after`, ""},
		{"two", afters("b:a", "a:b"), "5: these children would never start: a waits for b, b waits for a; remove one of these from after", ""},
		{"three, and one that waits for them", afters("a:d", "b:[c, e]", "c:d", "d:b", "e"),
			"7: these children would never start: d waits for b, b waits for c, c waits for d; remove one of these from after", ""},
		{"two ways to one are no circle", afters("a:[b, c]", "b:d", "c:d", "d:x"),
			`7: child "d" is to start after "x", which is no child of command "c"`, "the children are a, b, c, d"},
	})
	mustParse(t, afters("a:[b, c]", "b:d", "c:d", "d"))
}
