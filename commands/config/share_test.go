package config

import "testing"

// sharing is a file of those children, from line 4 on, one a line.
func sharing(children ...string) string {
	text := "commands:\n  c: !Supervise\n    children:\n"
	for _, child := range children {
		text += "      " + child + "\n"
	}
	return text
}

func TestNode(t *testing.T) {
	f := mustParse(t, sharing("a: !Command {run: x, node: db}", "db: !Command {run: x, network: {}}",
		"e: !Command {run: x, node: r-2, ready: {port: 80}}", "r: !Command {run: x, network: {}, replicas: 2}"))
	for _, c := range f.Commands["c"].Children {
		if want := map[string]string{"a": "db", "e": "r-2"}[c.Name]; c.Node != want || (c.Network == nil) != (want != "") {
			t.Errorf("%s shares the network of %q, not %q", c.Name, c.Node, want)
		}
	}
}

func TestNodeWrong(t *testing.T) {
	const db = "db: !Command {run: x, network: {}}"
	with := func(name, want, hint string, children ...string) wrong {
		return wrong{name, sharing(append([]string{db}, children...)...), want, hint}
	}
	share := `child "a" can't share the network of `
	checkWrong(t, []wrong{
		with("both", `5: child "a" has a network of its own, and node, which has it share another one's; remove one of them`, "",
			"a: !Command {run: x, network: {}, node: db}"),
		with("bridge command", `5: child "a" is a !BridgeCommand and can't share a guest's network; remove node, or make it a !Command`, "",
			"a: !BridgeCommand {run: x, node: db}"),
		with("replicas", `5: child "a" shares the network of another child and can't have replicas; remove one of node and replicas`, "",
			"a: !Command {run: x, node: db, replicas: 2}"),
		with("near", "5: "+share+`"dd", which is no child of command "c"`, `did you mean "db"?`, "a: !Command {run: x, node: dd}"),
		with("far", "5: "+share+`"postgresql", which is no child of command "c"`, "the guests are db", "a: !Command {run: x, node: postgresql}"),
		with("itself", "5: "+share+`"a", which is itself; give it a network: {} of its own`, "", "a: !Command {run: x, node: a}"),
		with("one that shares", "5: "+share+`"b", which has none of its own; write node: db`, "",
			"a: !Command {run: x, node: b}", "b: !Command {run: x, node: db}"),
		with("of a bridge command", "5: "+share+`"b", which is a !BridgeCommand; make this one a !BridgeCommand, too`, "",
			"a: !Command {run: x, node: b}", "b: !BridgeCommand {run: x}"),
		with("none", "6: "+share+`"b", which has none; add network: {} there, or remove node`, "",
			"b: !Command {run: x}", "a: !Command {run: x, node: b}"),
		with("all replicas", "6: "+share+`"b", which stands for b-1, b-2; name one of them`, "",
			"b: !Command {run: x, network: {}, replicas: 2}", "a: !Command {run: x, node: b}"),
		with("empty", `5: node of child "a" is empty; remove it or fill it in`, "", "a: !Command {run: x, node: ''}"),
		with("list", `5: node of child "a" must be a text, not a list`, "", "a: !Command {run: x, node: [db]}"),
	})
}
