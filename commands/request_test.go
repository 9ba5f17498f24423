package commands

import (
	"slices"
	"strings"
	"testing"

	"vagganet/commands/story"
)

// A guest's request leads to the verbs that are meant for guests, with their own
// options, and to nothing else.
func TestAllowed(t *testing.T) {
	option := func(name, value string) []story.RequestOption {
		return []story.RequestOption{{Name: name, Value: value}}
	}
	for _, test := range []struct {
		request story.Request
		want    []string // nil: refused
	}{
		{story.Request{Verb: []string{"partition", "isolate"}, Options: option("for", "2s"), Args: []string{"a"}},
			[]string{"partition", "isolate", "--for=2s", "a"}},
		{story.Request{Verb: []string{"partition", "disjoint"}, Args: []string{"a", "--", "b"}}, []string{"partition", "disjoint", "a", "--", "b"}},
		{story.Request{Verb: []string{"shape"}, Options: option("loss", "--sudo=x"), Args: []string{"a:b"}}, []string{"shape", "--loss=--sudo=x", "a:b"}},
		{story.Request{Verb: []string{"check"}, Options: option("json", "true")}, []string{"check", "--json=true"}},
		{story.Request{Verb: []string{"status"}}, []string{"status"}},
		{story.Request{Verb: []string{"graph"}}, []string{"graph"}},
		{story.Request{}, nil},
		{story.Request{Verb: []string{"partition"}}, nil},
		{story.Request{Verb: []string{"partition"}, Args: []string{"run", "b", "true"}}, nil},
		{story.Request{Verb: []string{"partition", "run"}, Args: []string{"b", "true"}}, nil},
		{story.Request{Verb: []string{"partition", "isolate", "x"}}, nil},
		{story.Request{Verb: []string{"--sudo=x", "status"}}, nil},
		{story.Request{Verb: []string{"exec"}, Args: []string{"b", "true"}}, nil},
		{story.Request{Verb: []string{"capture"}, Args: []string{"/etc/passwd"}}, nil},
		{story.Request{Verb: []string{"run"}, Args: []string{"flock"}}, nil},
		{story.Request{Verb: []string{"destroy"}}, nil},
		{story.Request{Verb: []string{"partition", "isolate"}, Options: option("sudo", "x"), Args: []string{"a"}}, nil},
		{story.Request{Verb: []string{"partition", "isolate"}, Options: option("file", "/etc/shadow"), Args: []string{"a"}}, nil},
		{story.Request{Verb: []string{"partition", "isolate"}, Options: option("run", "other"), Args: []string{"a"}}, nil},
		{story.Request{Verb: []string{"partition", "isolate"}, Args: []string{"--sudo=x", "a"}}, nil},
		{story.Request{Verb: []string{"partition", "isolate"}, Args: []string{"-x"}}, nil},
		{story.Request{Verb: []string{"partition", "isolate"}, Args: []string{"a\x00"}}, nil},
	} {
		got, err := App{}.allowed(test.request)
		if refused := err != nil; refused != (test.want == nil) || !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, %v; want %q", test.request, got, err, test.want)
		}
		if err != nil && strings.ContainsRune(err.Error(), 0) {
			t.Errorf("%q: a zero byte in %q", test.request, err)
		}
	}
}
