package commands

import (
	"slices"
	"strings"
	"testing"

	"vagganet/commands/messages"
)

// A guest's request leads to the verbs that are meant for guests, with their own
// options, and to nothing else.
func TestAllowed(t *testing.T) {
	option := func(name, value string) []messages.RequestOption {
		return []messages.RequestOption{{Name: name, Value: value}}
	}
	for _, test := range []struct {
		request messages.Request
		want    []string // nil: refused
	}{
		{messages.Request{Verb: []string{"partition", "isolate"}, Options: option("for", "2s"), Args: []string{"a"}},
			[]string{"partition", "isolate", "--for=2s", "a"}},
		{messages.Request{Verb: []string{"partition", "disjoint"}, Args: []string{"a", "--", "b"}}, []string{"partition", "disjoint", "a", "--", "b"}},
		{messages.Request{Verb: []string{"shape"}, Options: option("loss", "--sudo=x"), Args: []string{"a:b"}}, []string{"shape", "--loss=--sudo=x", "a:b"}},
		{messages.Request{Verb: []string{"check"}, Options: option("json", "true")}, []string{"check", "--json=true"}},
		{messages.Request{Verb: []string{"status"}}, []string{"status"}},
		{messages.Request{Verb: []string{"graph"}}, []string{"graph"}},
		{messages.Request{}, nil},
		{messages.Request{Verb: []string{"partition"}}, nil},
		{messages.Request{Verb: []string{"partition"}, Args: []string{"run", "b", "true"}}, nil},
		{messages.Request{Verb: []string{"partition", "run"}, Args: []string{"b", "true"}}, nil},
		{messages.Request{Verb: []string{"partition", "isolate", "x"}}, nil},
		{messages.Request{Verb: []string{"--sudo=x", "status"}}, nil},
		{messages.Request{Verb: []string{"exec"}, Args: []string{"b", "true"}}, nil},
		{messages.Request{Verb: []string{"capture"}, Args: []string{"/etc/passwd"}}, nil},
		{messages.Request{Verb: []string{"run"}, Args: []string{"flock"}}, nil},
		{messages.Request{Verb: []string{"destroy"}}, nil},
		{messages.Request{Verb: []string{"partition", "isolate"}, Options: option("sudo", "x"), Args: []string{"a"}}, nil},
		{messages.Request{Verb: []string{"partition", "isolate"}, Options: option("file", "/etc/shadow"), Args: []string{"a"}}, nil},
		{messages.Request{Verb: []string{"partition", "isolate"}, Options: option("run", "other"), Args: []string{"a"}}, nil},
		{messages.Request{Verb: []string{"partition", "isolate"}, Args: []string{"--sudo=x", "a"}}, nil},
		{messages.Request{Verb: []string{"partition", "isolate"}, Args: []string{"-x"}}, nil},
		{messages.Request{Verb: []string{"partition", "isolate"}, Args: []string{"a\x00"}}, nil},
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
