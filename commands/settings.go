package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"go.yaml.in/yaml/v4"
)

// systemSettings is the settings file of all users.
const systemSettings = "/etc/vagganet/settings.yaml"

// settingNames are the keys of a settings file. Each is also a variable of the
// environment, VAGGANET_NAME.
var settingNames = []string{"interface", "network", "guest-network", "sudo", "trace", "no-iptables", "no-host",
	"ip", "iptables", "brctl", "sysctl", "hostname", "nsenter", "unshare", "mount", "umount", "setpriv",
	"modprobe", "newuidmap", "newgidmap", "tc", "dumpcap", "tcpdump"}

func settingVariable(name string) string {
	return "VAGGANET_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// loadSettings puts what the settings files say into the environment, where
// nothing is set yet: so flags go before the environment, that before the
// user's file, and that before the system's. The processes of a run inherit
// the same settings.
func loadSettings() error {
	for _, name := range settingNames {
		// Set to nothing is not set.
		if os.Getenv(settingVariable(name)) == "" {
			os.Unsetenv(settingVariable(name))
		}
	}
	files := []string{systemSettings}
	if dir, err := os.UserConfigDir(); err == nil {
		files = []string{filepath.Join(dir, "vagganet", "settings.yaml"), systemSettings}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		// Another user's folder is looked into where HOME is not one's own.
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err == nil {
			err = applySettings(file, text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// plainBool makes YAML's other words for true and false those that options
// take.
func plainBool(value string) string {
	switch strings.ToLower(value) {
	case "yes", "on":
		return "true"
	case "no", "off":
		return "false"
	}
	return value
}

func applySettings(file string, text []byte) error {
	var settings map[string]yaml.Node
	if err := yaml.Unmarshal(text, &settings); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for name, value := range settings {
		if !slices.Contains(settingNames, name) {
			return withHint(fmt.Errorf("%s:%d: unknown setting %q", file, value.Line, name), "%s", nearest(name, settingNames))
		}
		if value.Kind != yaml.ScalarNode {
			return fmt.Errorf("%s:%d: setting %q must be a string", file, value.Line, name)
		}
		if _, set := os.LookupEnv(settingVariable(name)); set {
			continue
		}
		if os.Setenv(settingVariable(name), plainBool(value.Value)) != nil {
			return fmt.Errorf("%s:%d: setting %q has a NUL byte in it: remove it", file, value.Line, name)
		}
	}
	return nil
}
