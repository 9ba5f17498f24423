package live

import "testing"

// What a run's plan captures is needed, and nothing else: a variable that is not there
// is an error, but for that of a tool that the run does without.
func TestReadRulesTakesWhatIsListed(t *testing.T) {
	plain := byFrames([]string{"a", "b"})
	byIptables := inBridge([]string{"a", "b"})
	byIptables.BridgeFilter = false
	for _, test := range []struct {
		run      Run
		captured map[string]string
		ok       bool
	}{
		{plain, map[string]string{bridgeRules: "", switchValue: "0", bridgeFrames: ""}, true},
		{plain, map[string]string{bridgeRules: "", switchValue: "0"}, false},
		{plain, map[string]string{bridgeRules: "", bridgeFrames: ""}, false},
		{plain, map[string]string{switchValue: "0", bridgeFrames: ""}, false},
		{byIptables, map[string]string{bridgeRules: ""}, true},
	} {
		if _, err := test.run.ReadRules(inMap(test.captured)); (err == nil) != test.ok {
			t.Errorf("%v: %v", test.captured, err)
		}
	}
}
