package project

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"vagganet/commands/cmdline"
	"vagganet/commands/config"
)

func TestChooseChildren(t *testing.T) {
	command := &config.Command{Name: "c", Children: []*config.Child{
		{Name: "a", Tags: []string{"web", "b"}},
		{Name: "b", Tags: []string{"web"}},
		{Name: "c", Bridge: true},
	}}
	for _, test := range []struct {
		only, exclude, want string
		err                 string
		code                int
	}{
		{"", "", "a b c", "", 0},
		{"c", "", "c", "", 0},
		{"web", "", "a b", "", 0},
		{"b", "", "a b", "", 0}, // a name of one, a tag of another
		{"web c", "a", "b c", "", 0},
		{"", "web", "c", "", 0},
		{"", "a b c", "", "leave no child", cmdline.ExitNotFound},
		{"web", "web", "", "leave no child", cmdline.ExitNotFound},
		{"a x", "", "", `--only "x"`, 0},
		{"a", "we", "", `--exclude "we"`, 0},
		{"c", "a x", "", `--exclude "x"`, 0},
	} {
		chosen, err := Choose(command, strings.Fields(test.only), strings.Fields(test.exclude))
		if got := strings.Join(slices.Sorted(maps.Keys(chosen)), " "); got != test.want {
			t.Errorf("--only %q --exclude %q leave %q, not %q", test.only, test.exclude, got, test.want)
		}
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("--only %q --exclude %q: %v", test.only, test.exclude, err)
		}
		var coded cmdline.CodedError
		if errors.As(err, &coded) != (test.code != 0) || coded.Code != test.code {
			t.Errorf("--only %q --exclude %q: code %d, not %d", test.only, test.exclude, coded.Code, test.code)
		}
	}
}

// The name of replicas means all of them.
func TestChooseReplicas(t *testing.T) {
	file, err := config.Parse("vagga.yaml", []byte("commands: {c: !Supervise {children: {"+
		"db: !Command {run: x, network: {}, replicas: 2}, web: !Command {run: x}}}}"), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ only, exclude, want string }{
		{"db", "", "db-1 db-2"},
		{"db", "db-2", "db-1"},
		{"", "db", "web"},
	} {
		chosen, err := Choose(file.Commands["c"], strings.Fields(test.only), strings.Fields(test.exclude))
		if got := strings.Join(slices.Sorted(maps.Keys(chosen)), " "); err != nil || got != test.want {
			t.Errorf("--only %q --exclude %q leave %q, %v, not %q", test.only, test.exclude, got, err, test.want)
		}
	}
}

// Who shares a guest's network can't be started without it.
func TestChooseSharing(t *testing.T) {
	command := &config.Command{Name: "c", Children: []*config.Child{
		{Name: "db", Network: &config.Network{}, Tags: []string{"all"}},
		{Name: "proxy", Node: "db", Tags: []string{"all"}},
	}}
	const want = "proxy shares the network of db, which --only or --exclude leaves out"
	for _, test := range []struct {
		only, exclude []string
		err           string
	}{
		{nil, nil, ""}, {[]string{"all"}, nil, ""}, {[]string{"db"}, nil, ""}, {nil, []string{"proxy"}, ""},
		{[]string{"proxy"}, nil, want}, {nil, []string{"db"}, want},
	} {
		_, err := Choose(command, test.only, test.exclude)
		if (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
			t.Errorf("--only %q --exclude %q: %v", test.only, test.exclude, err)
		}
	}
}
