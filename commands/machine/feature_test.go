package machine

import "testing"

func TestFeature(t *testing.T) {
	const (
		builtin = "kernel/net/8021q/8021q.ko\nkernel/net/bridge/bridge.ko\n"
		dep     = "kernel/drivers/net/veth.ko.xz:\nkernel/net/bridge/br_netfilter.ko: kernel/net/bridge/bridge.ko\n"
		config  = "#\n# Linux\n#\nCONFIG_BRIDGE=y\nCONFIG_VETH=m\n# CONFIG_NET_SCH_NETEM is not set\n"
	)
	for _, test := range []struct {
		module, name, builtin, dep, config string
		want                               Feature
	}{
		{"bridge", "BRIDGE", builtin, dep, "", BuiltIn},
		{"veth", "VETH", builtin, dep, "", Loadable},
		{"veth", "VETH", builtin, dep, config, Loadable},
		{"br_netfilter", "BRIDGE_NETFILTER", builtin, dep, "", Loadable},
		{"netfilter", "NETFILTER", builtin, dep, "", Absent},
		{"sch_netem", "NET_SCH_NETEM", builtin, dep, config, Absent},
		{"bridge", "BRIDGE", "", "", config, BuiltIn},
		{"veth", "VETH", "", "", config, NotInstalled},
		{"sch_netem", "NET_SCH_NETEM", "", "", config, Absent},
		{"bridge", "BRIDGE", "", "", "", Unknown},
	} {
		if got := feature(test.module, test.name, test.builtin, test.dep, test.config); got != test.want {
			t.Errorf("%s with lists %v and config %v is %q, not %q", test.module, test.builtin != "", test.config != "", got, test.want)
		}
	}
}
