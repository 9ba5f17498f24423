package machine

import "testing"

func TestFeature(t *testing.T) {
	const (
		builtin = "kernel/net/8021q/8021q.ko\nkernel/net/bridge/bridge.ko\n"
		dep     = "kernel/drivers/net/veth.ko.xz:\nkernel/net/bridge/br_netfilter.ko: kernel/net/bridge/bridge.ko\n"
		config  = "#\n# Linux\n#\nCONFIG_BRIDGE=y\nCONFIG_VETH=m\n# CONFIG_NET_SCH_NETEM is not set\n"
	)
	for _, test := range []struct {
		module, builtin, dep, config string
		want                         Feature
	}{
		{"bridge", builtin, dep, "", BuiltIn},
		{"veth", builtin, dep, "", Loadable},
		{"veth", builtin, dep, config, Loadable},
		{"br_netfilter", builtin, dep, "", Loadable},
		{"nft_compat", builtin, dep, "", Absent},
		{"sch_netem", builtin, dep, config, Absent},
		{"bridge", "", "", config, BuiltIn},
		{"veth", "", "", config, NotInstalled},
		{"sch_netem", "", "", config, Absent},
		{"bridge", "", "", "", Unknown},
	} {
		text := func(s string) func() string { return func() string { return s } }
		if got := listed(test.module, text(test.builtin), text(test.dep), text(test.config)); got != test.want {
			t.Errorf("%s with lists %v and config %v is %q, not %q", test.module, test.builtin != "", test.config != "", got, test.want)
		}
	}
}

// What takes long to read is not read where something else tells.
func TestFeatureReadsNoMoreThanNeeded(t *testing.T) {
	never := func() string { t.Error("read"); return "" }
	builtin := func() string { return "kernel/net/bridge/bridge.ko\n" }
	if got := listed("bridge", builtin, never, never); got != BuiltIn {
		t.Error(got)
	}
	dep := func() string { return "kernel/drivers/net/veth.ko.xz:\n" }
	if got := listed("veth", builtin, dep, never); got != Loadable {
		t.Error(got)
	}
}
