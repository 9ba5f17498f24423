package settings

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"go.yaml.in/yaml/v4"
)

// The settings file of packages explains every setting, and sets none.
func TestPackagedFile(t *testing.T) {
	text, err := os.ReadFile("../../scripts/packages/settings.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var settings map[string]string
	if err := yaml.Unmarshal(text, &settings); err != nil || len(settings) != 0 {
		t.Errorf("it sets %v: %v", settings, err)
	}
	text = regexp.MustCompile(`(?m)^#([a-z])`).ReplaceAll(text, []byte("$1"))
	if err := yaml.Unmarshal(text, &settings); err != nil {
		t.Fatalf("without the comment signs: %v", err)
	}
	for _, name := range Names() {
		if settings[name] == "" {
			t.Errorf("it does not explain %s", name)
		}
	}
	for name := range settings {
		if !slices.Contains(Names(), name) {
			t.Errorf("there is no setting %s", name)
		}
	}
}
