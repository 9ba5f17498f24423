package netcmd

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
)

// guests reads "name" and "name=address" words.
func guests(words ...string) []Guest {
	var list []Guest
	for _, w := range words {
		name, ip, fixed := strings.Cut(w, "=")
		g := Guest{Name: name, Hostname: name}
		if fixed {
			g.IP = netip.MustParseAddr(ip)
		}
		list = append(list, g)
	}
	return list
}

func TestAssignAddresses(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"b a", "a=172.18.0.1 b=172.18.0.2"},
		{"a b=172.18.0.1", "a=172.18.0.2 b=172.18.0.1"},
		{"c b=172.18.0.2 a", "a=172.18.0.1 b=172.18.0.2 c=172.18.0.3"},
		{"a=172.18.0.253 b=172.18.0.1", "a=172.18.0.253 b=172.18.0.1"},
	} {
		got, err := AssignAddresses(addresses.DefaultGuestNetwork, guests(strings.Fields(c.in)...))
		var words []string
		for _, g := range got {
			words = append(words, g.Name+"="+g.IP.String())
		}
		if err != nil || strings.Join(words, " ") != c.want {
			t.Errorf("%s: got %s: %v", c.in, words, err)
		}
	}
}

func TestAssignAddressesWrong(t *testing.T) {
	for in, want := range map[string]string{
		"a b=172.18.1.1":                "guest b: address 172.18.1.1 is outside of the guest network 172.18.0.0/24",
		"b=172.18.0.254":                "guest b: address 172.18.0.254 is the bridge's",
		"b=172.18.0.9 a=172.18.0.9 c":   "guest b: address 172.18.0.9 is guest a's already",
		"c=172.18.0.255 a=172.18.0.255": "guest a: address 172.18.0.255 is the guest network's broadcast address",
	} {
		_, err := AssignAddresses(addresses.DefaultGuestNetwork, guests(strings.Fields(in)...))
		var of *GuestError
		if !errors.As(err, &of) || err.Error() != want {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// The network is filled to its last address, and then there is an error.
func TestAssignAddressesAll(t *testing.T) {
	for cidr, room := range map[string]int{"172.18.0.0/24": 253, "172.18.0.0/23": 509} {
		network, err := addresses.ParseGuestNetwork(cidr)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for n := range room {
			names = append(names, fmt.Sprintf("g%05d", n))
		}
		got, err := AssignAddresses(network, guests(names...))
		if err != nil {
			t.Fatalf("%s: %v", cidr, err)
		}
		taken := map[netip.Addr]bool{}
		for _, g := range got {
			if taken[g.IP] || network.CheckGuest(g.IP) != nil {
				t.Fatalf("%s: %s has %s", cidr, g.Name, g.IP)
			}
			taken[g.IP] = true
		}
		_, err = AssignAddresses(network, guests(append(names, "zzz")...))
		if err == nil || err.Error() != "guest zzz: no address is left in the guest network "+cidr {
			t.Errorf("%s: %v", cidr, err)
		}
	}
}

// The caller's list stays as it is.
func TestAssignAddressesCopies(t *testing.T) {
	in := guests("b", "a")
	if _, err := AssignAddresses(addresses.DefaultGuestNetwork, in); err != nil || in[0].Name != "b" || in[0].IP.IsValid() {
		t.Errorf("now %v: %v", in, err)
	}
}

// A name in /etc/hosts is one guest's.
func TestHostnames(t *testing.T) {
	for want, guests := range map[string][]Guest{
		"": {{Name: "a", Hostname: "a"}, {Name: "b", Hostname: "other"}},
		"guest b: hostname x is that of guest a already":             {{Name: "a", Hostname: "x"}, {Name: "b", Hostname: "x"}},
		"guest a: hostname b is that of guest b already":             {{Name: "a", Hostname: "b"}, {Name: "b", Hostname: "c"}},
		"guest a: hostname localhost is that of every guest already": {{Name: "a", Hostname: "localhost"}},
	} {
		_, err := AssignAddresses(addresses.DefaultGuestNetwork, guests)
		if got := fmt.Sprint(err); got != want && !(want == "" && err == nil) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Another user or group than root's is the last thing that a child becomes, and loses
// the caller's supplementary groups with it.
func TestChildIDs(t *testing.T) {
	for _, test := range []struct {
		user, group int
		external0   bool
		want        string
		oneID       string
	}{
		{0, 0, false, "", ""},
		{0, 0, true, "", ""},
		{5, 0, false, "--setgid=0 --setuid=5", "--user --map-user=5 --map-group=0"},
		{0, 6, false, "--setgid=6 --setuid=0", "--user --map-user=0 --map-group=6"},
		{5, 6, false, "--setgid=6 --setuid=5", "--user --map-user=5 --map-group=6"},
		{5, 6, true, "--user --map-user=5 --map-group=6", "--user --map-user=5 --map-group=6"},
	} {
		c := Child{Name: "a", Node: "a", Argv: []string{"true"}, UserID: test.user, GroupID: test.group, External0: test.external0}
		alone := testRun(nil, true)
		alone.Gateway.User.UID = 1000
		for _, r := range []struct {
			Run
			want string
		}{
			{testRun(nil, true), test.want},
			{testRun(&Isolated{RunDir: "/mnt"}, true), test.want},
			{testRun(&Isolated{RunDir: "/mnt", OwnUser: true}, true), test.oneID},
			{alone, test.oneID},
		} {
			if got := strings.Join(c.enter(r.Run), " "); got != r.want {
				t.Errorf("%d:%d: got %q, want %q", test.user, test.group, got, r.want)
			}
			user, group, mapped := MappedIDs([]string{"sh", "-c", r.script(c), "sh", "true"})
			if want := strings.HasPrefix(r.want, "--user"); mapped != want || want && (user != test.user || group != test.group) {
				t.Errorf("%d:%d: of %q, %d:%d are read, %v", test.user, test.group, r.want, user, group, mapped)
			}
		}
	}
}

// What a command says itself is not read for ids.
func TestMappedIDsOfOthers(t *testing.T) {
	for _, first := range [][]string{nil, {"sh"}, {"sh", "-c"}, {"sh", "-c", "true"}, {"sh", "-c", "x --map-user=5"},
		{"sh", "-c", `(exec "$@")`, "sh", "unshare", `--map-user=5 --map-group=6 "$@"`}} {
		if user, group, mapped := MappedIDs(first); mapped {
			t.Errorf("of %q, %d:%d are read", first, user, group)
		}
	}
}

// Who shares a guest's network goes there under its hostname, and has all else under a
// name of its own.
func TestSharingChild(t *testing.T) {
	r := testRun(nil, true)
	r.Guests[0].Hostname = "host-of-a"
	files := &FileSystem{Base: "/", Mounts: []Mount{{Path: "/x", Size: 1}}}
	s := r.Child(Child{Name: "proxy", Node: "a", Argv: []string{"true"}, Files: files})
	words := strings.Join(s.Words(), " ")
	for _, want := range []string{"host-of-a", "/run/a ", "/.user/a ", "--pid --fork", "/.root/proxy", "/.fstab/proxy"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in %s", want, words)
		}
	}
	if s.Child.Name != "proxy" || s.Child.DownFile != DownFile(r.RunDir(), "a") || !slices.Contains(s.Env, "VAGGA_SUBCOMMAND=proxy") {
		t.Errorf("it is %+v, by %q", s.Child, s.Env)
	}
}
