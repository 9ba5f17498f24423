package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdWhole writes into FILE all that can be seen of the network of one
// namespace, which the words after FILE lead into, to be compared by cmp.
// Left out is what differs from one time to the next.
//
//	whole FILE ENTER…
func cmdWhole(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: whole FILE ENTER…")
	}
	var b strings.Builder
	enter := args[1:]
	ts.Check(namespaceState(&b, "this", enter...))
	for _, words := range [][]string{
		{"ip", "-d", "-j", "addr", "show"}, {"ip", "-d", "-j", "route", "show", "table", "all"}, {"ip", "-d", "-j", "neigh", "show"},
	} {
		var objects []map[string]any
		ts.Check(fromJSON(&objects, enter, words...))
		lines, err := settled(objects)
		ts.Check(err)
		fmt.Fprintf(&b, "## %s\n%s", strings.Join(words, " "), joined(lines))
	}
	settings, err := output(enter, "sh", "-c", "cd /proc/sys/net && grep -r . ipv4/conf ipv6/conf bridge ipv4/ip_forward 2>/dev/null | grep -v stable_secret")
	ts.Check(err)
	slices.Sort(settings)
	fmt.Fprintf(&b, "## settings\n%s", joined(settings))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644))
}

// settled is a sorted line for each object, without numbers of the kernel's
// choice, clocks, and what only comes after a while.
func settled(objects []map[string]any) ([]string, error) {
	var lines []string
	for _, o := range objects {
		if o["type"] == "multicast" || strings.HasPrefix(fmt.Sprint(o["dst"]), "fe80:") {
			continue
		}
		text, err := json.Marshal(withoutPassing(o))
		if err != nil {
			return nil, err
		}
		lines = append(lines, string(text))
	}
	slices.Sort(lines)
	return lines, nil
}

func withoutPassing(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key := range value {
			passing := slices.Contains([]string{"ifindex", "link_index", "link_netnsid", "operstate", "tentative", "port_no", "port_id"}, key) ||
				strings.HasSuffix(key, "_timer") || strings.HasSuffix(key, "_life_time")
			if passing {
				delete(value, key)
				continue
			}
			value[key] = withoutPassing(value[key])
		}
		if mac, ok := value["address"].(string); ok && value["link_type"] == "ether" && !strings.HasPrefix(mac, "02:00:") {
			value["address"] = "any"
		}
		return value
	case []any:
		kept := []any{}
		for _, v := range value {
			if v != "NO-CARRIER" && v != "LOWER_UP" && v != "M-DOWN" && v != "linkdown" {
				kept = append(kept, withoutPassing(v))
			}
		}
		return kept
	}
	return value
}
