package config

import (
	"maps"
	"testing"
)

func TestRoles(t *testing.T) {
	got := mustParse(t, supervise("    roles: {leader: etcdctl leader, old_1: 'echo b'}\n")).Commands["c"].Roles
	if want := map[string]string{"leader": "etcdctl leader", "old_1": "echo b"}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, text := range []string{supervise(""), supervise("    roles:\n"), "commands: {c: !Command {run: x}}"} {
		if got := mustParse(t, text).Commands["c"].Roles; got == nil || len(got) > 0 {
			t.Errorf("got %#v of:\n%s", got, text)
		}
	}
}

func TestRolesWrong(t *testing.T) {
	roles := func(text, want string) wrong {
		return wrong{text, supervise("    roles: " + text + "\n"), "3: " + want, ""}
	}
	tests := []wrong{
		roles("[a]", `roles of command "c" must be a mapping, not a list`),
		roles("!X {}", `roles of command "c" can't have the tag "!X"; remove the tag`),
		roles("{leader: [a]}", `role "leader" must be a text, not a list`),
		roles("{leader: }", `role "leader" must be a text, not nothing`),
		roles("{leader: ' '}", `role "leader" is empty; give it a shell line that prints its nodes`),
		roles("{a b: x}", `role name "a b" can't be used; `+nameRule),
		roles("{bridge: x}", `role name "bridge" is reserved for the network itself; use another one`),
		roles("{a: x}", `role name "a" is a child's name, too; rename one`),
	}
	for _, word := range nodeWords {
		tests = append(tests, roles("{"+word+": x}", `role name "`+word+`" means nodes of another kind in faults; use another one`))
	}
	checkWrong(t, tests)
}
