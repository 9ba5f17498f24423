package commands

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"vagganet/commands/hints"
	"vagganet/commands/settings"
)

// withoutSettings unsets the variables of the settings for one test.
func withoutSettings(t *testing.T) {
	for _, name := range settings.Names() {
		t.Setenv(settings.Variable(name), "") // to have the old value back
		os.Unsetenv(settings.Variable(name))
	}
}

// interfaceOf is the interface that a call would use.
func interfaceOf(t *testing.T, args ...string) string {
	t.Helper()
	var got string
	app := &cli.App{Flags: globalFlags(), Action: func(c *cli.Context) error {
		got = c.String("interface")
		return nil
	}}
	if err := app.Run(append([]string{"vagganet"}, args...)); err != nil {
		t.Fatal(err)
	}
	return got
}

// Flag before environment before the user's file before the system's.
func TestSettingsPrecedence(t *testing.T) {
	withoutSettings(t)
	if got := interfaceOf(t); got != "vagga" {
		t.Errorf("by itself: %s", got)
	}
	for _, c := range []struct {
		env, user, system, flag string
		want                    string
	}{
		{"", "", "interface: of-system", "", "of-system"},
		{"", "interface: of-user", "interface: of-system", "", "of-user"},
		{"of-env", "interface: of-user", "interface: of-system", "", "of-env"},
		{"of-env", "interface: of-user", "interface: of-system", "of-flag", "of-flag"},
		{"", "sudo: doas", "interface: of-system", "", "of-system"},
	} {
		withoutSettings(t)
		if c.env != "" {
			os.Setenv("VAGGANET_INTERFACE", c.env)
		}
		if err := errors.Join(settings.Apply("user", []byte(c.user)), settings.Apply("system", []byte(c.system))); err != nil {
			t.Fatal(err)
		}
		var args []string
		if c.flag != "" {
			args = []string{"--interface", c.flag}
		}
		if got := interfaceOf(t, args...); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

func TestLoadSettings(t *testing.T) {
	withoutSettings(t)
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	if err := settings.Load(); err != nil {
		t.Errorf("without a file: %v", err)
	}
	file := filepath.Join(dir, "vagganet", "settings.yaml")
	if err := errors.Join(os.Mkdir(filepath.Dir(file), 0o755),
		os.WriteFile(file, []byte("guest-network: 10.0.0.0/24\niptables: iptables-legacy\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	err := settings.Load()
	if got := os.Getenv("VAGGANET_GUEST_NETWORK") + " " + os.Getenv("VAGGANET_IPTABLES"); err != nil || got != "10.0.0.0/24 iptables-legacy" {
		t.Errorf("got %s: %v", got, err)
	}
}

func TestSettingsWrong(t *testing.T) {
	withoutSettings(t)
	for text, want := range map[string]string{
		"sudo: a\nintreface: v\n": "vagganet: f:2: unknown setting \"intreface\"\nhint: did you mean \"interface\"?\n",
		"qqq: v\n":                "vagganet: f:1: unknown setting \"qqq\"\n",
		"tc: bin/tc\n": "vagganet: f:1: setting \"tc\" has a relative path: bin/tc\n" +
			"hint: write it from the root on: it is another file in each folder\n",
		"ip: [a, b]\n": "vagganet: f:1: setting \"ip\" must be a string\n",
	} {
		var b strings.Builder
		hints.Report(&b, settings.Apply("f", []byte(text)))
		// A file with one wrong line may have been applied up to there.
		if b.String() != want {
			t.Errorf("%q: %s", text, b.String())
		}
	}
	if err := settings.Apply("f", []byte("- a\n")); err == nil {
		t.Error("a list passes")
	}
	if err := settings.Apply("f", nil); err != nil {
		t.Errorf("an empty file: %v", err)
	}
}

// A path is the same file in whatever folder it is used; names, options and
// assignments stay what they are.
func TestCommandsAreAbsolute(t *testing.T) {
	withoutSettings(t)
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	dir := t.TempDir()
	t.Chdir(dir)
	for set, want := range map[string]string{
		"./ipt":                     dir + "/ipt",
		"../x/ipt":                  filepath.Dir(dir) + "/x/ipt",
		"env A=./b busybox 'a b/c'": "env A=./b busybox '" + dir + "/a b/c'",
		"/usr/sbin/iptables":        "/usr/sbin/iptables",
		"iptables":                  "iptables",
		"-x/y":                      "-x/y", // no command: an error later on
	} {
		os.Setenv("VAGGANET_IPTABLES", set)
		if err := settings.Load(); err != nil || os.Getenv("VAGGANET_IPTABLES") != want {
			t.Errorf("%s is %s: %v", set, os.Getenv("VAGGANET_IPTABLES"), err)
		}
	}
	flags := flag.NewFlagSet("create", flag.ContinueOnError)
	flags.String("sudo", "bin/become -n", "")
	c := cli.NewContext(nil, flags, nil)
	if words, err := sudo(c, 1000); err != nil || strings.Join(words, " ") != dir+"/bin/become -n" {
		t.Errorf("%q: %v", words, err)
	}
}
