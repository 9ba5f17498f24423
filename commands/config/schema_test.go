package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v4"
)

// The schema is for editors. It is the more lenient one: it sees no tags, and doesn't
// compare values.
const schemaFile = "vagga.schema.json"

var schema = sync.OnceValue(func() *jsonschema.Resolved {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		panic(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(text, &s); err != nil {
		panic(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		panic(err)
	}
	return resolved
})

// validate holds a text to the schema, as an editor does.
func validate(text string) error {
	p := &parser{file: &File{}}
	root, err := p.load([]byte(text))
	if err != nil {
		return err
	}
	return schema().Validate(asJSON(root))
}

// asJSON is what an editor makes of a value: aliases and merge keys resolved, tags of
// our own left out.
func asJSON(n *yaml.Node) any {
	switch n = resolve(n); n.Kind {
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, asJSON(item))
		}
		return list
	case yaml.MappingNode:
		m := map[string]any{}
		merge(m, n)
		return m
	}
	return scalar(n)
}

// merge adds the entries of a mapping that are not in there yet: its own, and then
// those of its merge key.
func merge(m map[string]any, n *yaml.Node) {
	n = resolve(n)
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			merge(m, item)
		}
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i < len(n.Content); i += 2 {
		key := resolve(n.Content[i])
		if _, known := m[key.Value]; !known && key.Tag != "!!merge" {
			m[key.Value] = asJSON(n.Content[i+1])
		}
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			merge(m, n.Content[i+1])
		}
	}
}

func scalar(n *yaml.Node) any {
	if isNull(n) {
		return nil
	}
	switch n.Tag {
	case "!!int", "!!float":
		if whole, ok := number(n.Value); ok {
			return float64(whole)
		}
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	}
	return n.Value
}

// wantValid holds what the parser takes to the schema.
func wantValid(t *testing.T, text string) {
	t.Helper()
	if err := validate(text); err != nil {
		t.Errorf("the schema refuses what parses: %v\nin:\n%s", err, text)
	}
}

// The files that the project shows are as the schema has it.
func TestSchemaTakesExamples(t *testing.T) {
	files, err := filepath.Glob("../../testdata/examples/*/vagga.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range append(files, "../starter.yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		mustParse(t, string(text)) // which validates it
	}
}

// mappings are the mappings whose keys have a fixed meaning: where the schema has
// them, a file with one line in such a mapping, and the keys of vagga's.
var mappings = []struct {
	name    string
	file    func(line string) string
	ignored []string
}{
	{"", func(line string) string { return unless(line, "commands: {c: !Command {}}") + line + "\n" }, fileIgnored},
	{"container", func(line string) string { return containerWith(line) }, containerIgnored},
	{"command", func(line string) string {
		return "commands:\n  c: !Supervise\n    " + unless(line, "children: {a: !Command {run: x}}") + "    " + line + "\n"
	}, superviseIgnored()},
	{"child", func(line string) string { return childWith(unless(line, "run: x"), line) }, childIgnored()},
	{"network", func(line string) string { return childWith("run: x", "network: {"+line+"}") }, nil},
	{"fault", func(line string) string {
		return "commands:\n  c: !Supervise\n    children: {a: !Command {run: x}}\n    faults: [{" + line + "}]\n"
	}, nil},
	{"ready", func(line string) string { return childWith("run: x", "network: {}", "ready: {"+line+"}") }, nil},
	{"exec", func(line string) string {
		return "commands:\n  c: !Supervise\n    children: {a: !Command {run: x}}\n    faults: [{at: 1, exec: {" + line + "}}]\n"
	}, nil},
}

// unless is a line that another one needs beside it, unless that has its key.
func unless(line, needed string) string {
	key, _, _ := strings.Cut(needed, ":")
	if strings.HasPrefix(line, key+":") {
		return "\n"
	}
	return needed + "\n"
}

// mayHave is how the parser lists the keys that it knows.
var mayHave = regexp.MustCompile(`it may have (.*)$`)

// keysOf asks the parser which keys a mapping may have.
func keysOf(t *testing.T, file func(line string) string) []string {
	t.Helper()
	_, err := Parse("vagga.yaml", []byte(file("qqqqqqqqqqqqqqq: x")), variables)
	e, ok := err.(*Error)
	if !ok || mayHave.FindStringSubmatch(e.Hint) == nil {
		t.Fatalf("%v, which lists no keys", err)
	}
	return strings.Split(mayHave.FindStringSubmatch(e.Hint)[1], ", ")
}

// propertiesOf is what the schema has of a mapping.
func propertiesOf(t *testing.T, name string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	if name != "" {
		s = s["definitions"].(map[string]any)[name].(map[string]any)
	}
	return s["properties"].(map[string]any)
}

// wantKeys takes the keys that the parser knows of a mapping out of the schema's, and
// gives each what it can't be.
func wantKeys(t *testing.T, name string, properties map[string]any, file func(line string) string) {
	for _, key := range keysOf(t, file) {
		property, _ := properties[key].(map[string]any)
		if property["description"] == nil && property["$ref"] == nil || property["$ref"] == "#/definitions/vagga's" {
			t.Errorf("the schema does not describe %s of %s: %v", key, name, property)
		}
		delete(properties, key)
		for _, line := range []string{key + ": [[[x]]]", key + ": {x: {y: {z: [z]}}}"} {
			text := file(line)
			_, err := Parse("vagga.yaml", []byte(text), variables)
			if err == nil || validate(text) == nil {
				t.Errorf("%q in %s: the parser says %v, the schema %v", line, name, err, validate(text))
			}
		}
	}
}

// Volumes are told apart by their tags, so the schema has the keys of all kinds together.
func TestSchemaHasKeysOfVolumes(t *testing.T) {
	properties := propertiesOf(t, "volume of keys")
	for _, kind := range []string{"!Tmpfs", "!Persistent"} {
		wantKeys(t, kind, properties, func(line string) string { return containerWith("volumes: {/a: " + kind + " {" + line + "}}") })
	}
	if len(properties) > 0 {
		t.Errorf("the schema has keys that no volume has: %v", properties)
	}
}

// A number that is too large or too small is refused where it is one in YAML.
func TestSchemaKnowsLimits(t *testing.T) {
	for _, text := range []string{
		mappings[2].file("mtu: 67"), mappings[2].file("mtu: 65536"), mappings[2].file("kill-unresponsive-after: 0"),
		mappings[2].file("mode: stop"), mappings[2].file("ipv6: maybe"), mappings[3].file("user-id: -1"), mappings[3].file("group-id: 1073741825"),
		mappings[3].file("restart: never"), mappings[3].file("network: {}, replicas: 254"), mappings[3].file("network: {}, ready: {}"), mappings[6].file("port: 0"), mappings[6].file("log: a, run: b"),
		mappings[7].file("run: a"), mappings[7].file("node: a"), mappings[5].file("at: 1, exec: {node: a, run: []}"),
		mappings[4].file("ports: {0: 80}"), mappings[4].file("ports: {80: 65536}"), mappings[5].file("at: 1, check: false"),
	} {
		_, err := Parse("vagga.yaml", []byte(text), variables)
		if err == nil || validate(text) == nil {
			t.Errorf("the parser says %v, the schema %v in:\n%s", err, validate(text), text)
		}
	}
}

// Each key that the parser knows is in the schema, with a description; what else is
// there are keys of vagga's. Where the parser doesn't take a value, neither does the
// schema.
func TestSchemaHasTheKeys(t *testing.T) {
	for _, m := range mappings {
		properties := propertiesOf(t, m.name)
		wantKeys(t, m.name, properties, m.file)
		for key := range properties {
			known := slices.Contains(m.ignored, key)
			if m.name == "command" { // of all kinds, as tags are not seen
				known = known || slices.Contains(slices.Concat(singleIgnored(), capsuleIgnored()), key) || slices.Contains(keysOf(t, mappings[3].file), key)
			}
			if !known {
				t.Errorf("the schema has %s of %s, which the parser does not know", key, m.name)
			}
		}
		if validate(m.file("qqqq: x")) == nil {
			t.Errorf("the schema takes an unknown key of %s", m.name)
		}
	}
}
