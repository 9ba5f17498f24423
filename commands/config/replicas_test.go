package config

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

// withReplicas is a file with three children called db, and one called web. The child
// db is in line 4, and lines follow the children.
func withReplicas(lines ...string) string {
	return "commands:\n  c: !Supervise\n    children:\n" +
		"      db: !Command {run: x, replicas: 3, network: {ip: 172.18.0.9, hostname: h}, environ: {A: b}, tags: [t]}\n" +
		"      web: !Command {run: x, network: {}}\n    " + strings.Join(lines, "\n    ") + "\n"
}

func TestReplicas(t *testing.T) {
	c := mustParse(t, withReplicas()).Commands["c"]
	var got []string
	for _, child := range c.Children {
		got = append(got, fmt.Sprint(child.Name, child.Line, child.Network.IP, child.Network.Hostname, child.Environ, child.Tags))
	}
	want := []string{
		"db-14172.18.0.9h-1map[A:b VAGGANET_REPLICA:1] [t db]",
		"db-24172.18.0.10h-2map[A:b VAGGANET_REPLICA:2] [t db]",
		"db-34172.18.0.11h-3map[A:b VAGGANET_REPLICA:3] [t db]",
		"web5invalid IPmap[] []",
	}
	for i := range want {
		if got, want := strings.ReplaceAll(got[i], " ", ""), strings.ReplaceAll(want[i], " ", ""); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if want := map[string][]string{"db": {"db-1", "db-2", "db-3"}}; !reflect.DeepEqual(c.Replicas, want) {
		t.Errorf("replicas are %v", c.Replicas)
	}
}

func TestReplicasOfFreeAddresses(t *testing.T) {
	text := childWith("run: x", "replicas: 11", "network: {}", "tags: [a]")
	c := mustParse(t, text).Commands["c"]
	if got := fmt.Sprint(c.Replicas["a"]); got != "[a-1 a-2 a-3 a-4 a-5 a-6 a-7 a-8 a-9 a-10 a-11]" {
		t.Errorf("replicas are %s", got)
	}
	for _, child := range c.Children {
		if n := child.Network; n.IP != (netip.Addr{}) || n.Hostname != "" || !reflect.DeepEqual(child.Tags, []string{"a"}) {
			t.Errorf("%s is %+v, %+v", child.Name, child, n)
		}
	}
	if got := onlyChild(t, "run: x", "replicas: 1", "network: {ports: {80: 80}}"); got.Name != "a-1" || len(got.Network.Ports) != 1 {
		t.Errorf("a single replica is %+v", got)
	}
}

func TestReplicasWrong(t *testing.T) {
	of := func(name, line, want string) wrong {
		return wrong{name, childWith("run: x", "network: {}", line), "7: " + want, ""}
	}
	long := strings.Repeat("x", 62)
	checkWrong(t, []wrong{
		of("none", "replicas: 0", `replicas "0" of child "a" must be a number of children from 1 to 253`),
		of("many", "replicas: 254", `replicas "254" of child "a" must be a number of children from 1 to 253`),
		{"no network", childWith("run: x", "replicas: 2"), `6: child "a" has replicas, but no network; add network: {}, or remove replicas`, ""},
		{"bridge", "commands:\n  c: !Supervise\n    children:\n      a: !BridgeCommand\n        replicas: 2\n        run: x\n",
			`5: child "a" is a !BridgeCommand and can't have replicas; remove replicas, or make it a !Command with a network`, ""},
		{"ports", childWith("run: x", "replicas: 2", "network: {ports: {80: 80}}"),
			`6: child "a" has 2 replicas and ports, but the gateway has each port once; remove ports, or give them to a child of its own`, ""},
		{"addresses", childWith("run: x", "replicas: 3", "network: {ip: 255.255.255.254}"),
			`6: child "a" has 3 replicas, but there are fewer addresses from 255.255.255.254 on`, ""},
		{"long name", "commands:\n  c: !Supervise\n    children:\n      " + long + ": !Command {run: x, network: {}, replicas: 2}\n",
			`4: child name "` + long + `-2" is 64 bytes long; ` + nameRule, ""},
		{"long hostname", childWith("run: x", "replicas: 1", "network: {hostname: "+long+"}"),
			`6: hostname name "` + long + `-1" is 64 bytes long; ` + nameRule, ""},
		{"a child of that name", childWith("run: x", "network: {}", "replicas: 2") + "      a-2: !Command {run: x}\n",
			`8: child "a-2" has the name of a replica of child "a", which is in line 4; rename one`, ""},
		{"replicas of that name", "commands:\n  c: !Supervise\n    children:\n      a-1: !Command {run: x, network: {}, replicas: 2}\n" +
			"      a: !Command {run: x, network: {}, replicas: 2}\n",
			`4: child "a-1" has the name of a replica of child "a", which is in line 5; rename one`, ""},
		{"role", withReplicas("roles: {db: x}"), `6: role name "db" is a child's name, too; rename one`, ""},
		{"role of one", withReplicas("roles: {db-3: x}"), `6: role name "db-3" is a child's name, too; rename one`, ""},
	})
}

func TestAfterReplicas(t *testing.T) {
	f := mustParse(t, withReplicas()+"  d: !Supervise\n    children:\n      db: !Command {run: x, replicas: 2, network: {}, after: a}\n"+
		"      a: !Command {run: x}\n      web: !Command {run: x, after: [db, db-2, a]}\n")
	var got []string
	for _, c := range f.Commands["d"].Children {
		got = append(got, c.Name+":"+strings.Join(c.After, ","))
	}
	if want := "a: db-1:a db-2:a web:a,db-1,db-2"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
	checkWrong(t, []wrong{
		{"each other", childWith("run: x", "network: {}", "replicas: 2", "after: a"), `8: child "a-1" waits for itself; remove it from after`, ""},
		{"the first", childWith("run: x", "network: {}", "replicas: 2", "after: a-1"), `8: child "a-1" waits for itself; remove it from after`, ""},
		{"one of many", childWith("run: x", "network: {}", "replicas: 2") + "      web: !Command {run: x, after: a-3}\n",
			`8: child "web" is to start after "a-3", which is no child of command "c"`, `did you mean "a-1"?`},
	})
}

func TestFaultsOfReplicas(t *testing.T) {
	for text, want := range map[string]string{
		"partition: isolate db":                 "[partition isolate db-1 db-2 db-3]",
		"partition: isolate db-2 web":           "[partition isolate db-2 web]",
		"partition: [disjoint, web, --, db]":    "[partition disjoint web -- db-1 db-2 db-3]",
		"partition: 'cut web,db:all --how db'":  "[partition cut web,db-1,db-2,db-3:all --how db]",
		"shape: 'db:db --loss 5%'":              "[shape db-1,db-2,db-3:db-1,db-2,db-3 --loss 5%]",
		"partition: db web":                     "[partition db web]", // a kind that there isn't
		"kill: --signal db db":                  "[kill --signal db db-1 db-2 db-3]",
		"pause: db":                             "[pause db-1 db-2 db-3]",
		"pause: dbs":                            "[pause dbs]",
		"check: true":                           "[check]",
		"exec: {node: web, run: [db]}":          "[exec web -- db]",
		"exec: {node: db-1, run: [db]}":         "[exec db-1 -- db]",
		"exec: {node: db, run: [echo, db, db]}": "[exec db-1 -- echo db db] [exec db-2 -- echo db db] [exec db-3 -- echo db db]",
	} {
		entry := "[{at: 1s, " + text + "}]"
		c := mustParse(t, withReplicas("faults: "+entry)).Commands["c"]
		alone, err := ParseFaults("f", []byte(entry))
		if err != nil {
			t.Fatal(err)
		}
		for _, faults := range [][]Fault{c.Faults, c.ExpandFaults(alone)} {
			var got []string
			for _, f := range faults {
				got = append(got, fmt.Sprint(append([]string{f.Verb}, f.Words...)))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s is read as %s, want %s", text, got, want)
			}
		}
	}
}

// Replicas are no way around the bound of what a file may describe.
func TestReplicasBomb(t *testing.T) {
	text := withReplicas("faults:\n    - &f {at: 1, shape: 'db:db'}\n    - *f" + strings.Repeat("\n    - *f", 50_000))
	checkWrong(t, []wrong{{"faults", text, "1: the file describes more than 300000 values; use fewer aliases", ""}})
}
