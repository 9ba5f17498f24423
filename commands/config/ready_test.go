package config

import (
	"reflect"
	"testing"
	"time"

	"vagganet/netcmd"
)

func TestReady(t *testing.T) {
	for text, want := range map[string]*Ready{
		"{port: 2379}":                {Line: 7, Port: 2379, Within: 30 * time.Second},
		"{port: '80', within: 5}":     {Line: 7, Port: 80, Within: 5 * time.Second},
		"{run: pg_isready}":           {Line: 7, Run: []string{"/bin/sh", "-c", "pg_isready"}, Within: 30 * time.Second},
		"{run: [nc, -z, db, 80]}":     {Line: 7, Run: []string{"nc", "-z", "db", "80"}, Within: 30 * time.Second},
		"{log: '^listening on \\d+'}": {Line: 7, Log: `^listening on \d+`, Within: 30 * time.Second},
		"{log: up, within: 100ms}":    {Line: 7, Log: "up", Within: 100 * time.Millisecond},
	} {
		if got := onlyChild(t, "run: x", "network: {}", "ready: "+text).Ready; !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as %+v, want %+v", text, got, want)
		}
	}
	if got := onlyChild(t, "run: x", "network: {}").Ready; got != nil {
		t.Errorf("the default is %+v", got)
	}
}

func TestReadyWrong(t *testing.T) {
	ready := func(text, want string) wrong {
		return wrong{text, childWith("run: x", "network: {}", "ready: "+text), "7: " + want, ""}
	}
	const of = `ready of child "a"`
	checkWrong(t, []wrong{
		ready("", of+" says nothing to wait for; add port:, run: or log:"),
		ready("{within: 5s}", of+" says nothing to wait for; add port:, run: or log:"),
		ready("2379", of+` must be a mapping, not "2379"`),
		ready("!X {port: 1}", of+` can't have the tag "!X"; remove the tag`),
		ready("{port: 1, log: x}", of+" has port and log, but can have only one of them; remove the others"),
		ready("{port: 0}", `port "0" of `+of+" must be a number from 1 to 65535"),
		ready("{port: 65536}", `port "65536" of `+of+" must be a number from 1 to 65535"),
		ready("{port: http}", `port "http" of `+of+" must be a number from 1 to 65535"),
		ready("{run: ' '}", "run of "+of+" is empty; give it a shell line or a list of words"),
		ready("{run: []}", "run of "+of+" names no program; put one first in the list"),
		ready("{log: ''}", "log of "+of+" is empty; remove it or fill it in"),
		ready("{log: '(up'}", `log "(up" of `+of+" is no regular expression: missing closing )"),
		ready("{log: \"[\\e\"}", `log "[\x1b" of `+of+" is no regular expression: missing closing ]"),
		ready("{port: 1, within: 0}", `within "0" must be a time from 1ms to 24h0m0s, such as 5s or 500ms`),
		{"key", childWith("run: x", "network: {}", "ready: {prot: 1}"), "7: " + of + ` has an unknown key "prot"`, `did you mean "port"?`},
		{"no network", childWith("ready: {port: 1}", "run: x"),
			`5: child "a" has ready, but no network; add network: {}, or remove ready`, ""},
		{"bridge", "commands:\n  c: !Supervise\n    children:\n      a: !BridgeCommand\n        run: x\n        ready: {port: 1}\n",
			`6: child "a" is a !BridgeCommand and can't have ready; remove ready, or make it a !Command with a network`, ""},
	})
}

func TestRestart(t *testing.T) {
	for text, want := range map[string]Restart{"no": netcmd.NoRestart, "'no'": netcmd.NoRestart, "on-failure": netcmd.RestartOnFailure,
		"on_failure": netcmd.RestartOnFailure, "always": netcmd.RestartAlways} {
		if got := onlyChild(t, "run: x", "restart: "+text).Restart; got != want {
			t.Errorf("%s is read as %v", text, got)
		}
	}
	if got := onlyChild(t, "run: x").Restart; got != netcmd.NoRestart {
		t.Errorf("the default is %v", got)
	}
	checkWrong(t, []wrong{
		{"unknown", childWith("run: x", "restart: never"), `6: child "a" has the unknown restart "never"; use one of no, on-failure, always`, ""},
		{"list", childWith("run: x", "restart: [no]"), `6: restart of child "a" must be a text, not a list`, ""},
	})
}
