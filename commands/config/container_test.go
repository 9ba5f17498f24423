package config

import (
	"os"
	"reflect"
	"testing"
)

func TestRootfs(t *testing.T) {
	for text, want := range map[string]string{"./rootfs": "proj/rootfs", "../r": "r", "/srv/root": "/srv/root", ".": "proj"} {
		if got := mustParse(t, containerWith("rootfs: "+text)).Containers["t"].Rootfs; got != want {
			t.Errorf("%s is read as %q, want %q", text, got, want)
		}
	}
}

func TestVolumes(t *testing.T) {
	f := mustParse(t, containerWith("volumes:",
		"  /z/: !BindRW /work/tmp/z",
		"  /y//q: !BindRO /work",
		"  /x: !BindRO ../x",
		"  /w: !Tmpfs {mode: 0o1777, size: 1}",
		"  /v: !VaggaBin"))
	want := []Volume{
		{Path: "/z", Kind: BindRW, Source: "proj/tmp/z", Line: 5},
		{Path: "/y/q", Kind: BindRO, Source: "proj", Line: 6},
		{Path: "/x", Kind: BindRO, Source: "x", Line: 7},
		{Path: "/w", Kind: Tmpfs, Size: 1, Mode: 0o1777, Line: 8},
		{Path: "/v", Kind: VaggaBin, Line: 9},
	}
	if got := f.Containers["t"].Volumes; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestTmpfs(t *testing.T) {
	sizes := map[string]int64{"1": 1, "2k": 2000, "3M": 3e6, "4G": 4e9, "2Ki": 2048, "2ki": 2048, "3Mi": 3 << 20,
		"4Gi": 4 << 30, "1_000": 1000, "2 k": 2000, "0x10": 16, `"5"`: 5, "0o17": 15, "0b11": 3}
	for text, want := range sizes {
		f := mustParse(t, containerWith("volumes: {/x: !Tmpfs {size: "+text+"}}"))
		if got := f.Containers["t"].Volumes[0].Size; got != want {
			t.Errorf("size %s is read as %d, want %d", text, got, want)
		}
	}
	modes := map[string]os.FileMode{"0o755": 0o755, "0755": 0o755, `"0o1777"`: 0o1777, "0o0": 0}
	for text, want := range modes {
		f := mustParse(t, containerWith("volumes: {/x: !Tmpfs {mode: "+text+"}}"))
		if got := f.Containers["t"].Volumes[0].Mode; got != want {
			t.Errorf("mode %s is read as %#o, want %#o", text, got, want)
		}
	}
}

func TestTmpfsOwner(t *testing.T) {
	v := mustParse(t, containerWith("volumes: {/x: !Tmpfs {uid: 999, gid: 1073741824}}")).Containers["t"].Volumes[0]
	if v.UID != 999 || v.GID != 1<<30 {
		t.Errorf("it is read as %d:%d", v.UID, v.GID)
	}
	if v := mustParse(t, containerWith("volumes: {/x: !Tmpfs }")).Containers["t"].Volumes[0]; v.UID != 0 || v.GID != 0 {
		t.Errorf("without, it is read as %d:%d", v.UID, v.GID)
	}
}

func TestContainerWrong(t *testing.T) {
	vol := func(name, v, want string) wrong {
		return wrong{name, containerWith("volumes:", "  "+v), "5: volume " + want, ""}
	}
	const kinds = "use !BindRO, !BindRW, !Tmpfs or !VaggaBin"
	tests := []wrong{
		{"list", "commands: {c: !Command {}}\ncontainers: [a]\n", "2: containers must be a mapping, not a list", ""},
		{"no name", "commands: {c: !Command {}}\ncontainers: {'': {}}\n", "2: a container has an empty name", ""},
		{"text", "commands: {c: !Command {}}\ncontainers: {a: b}\n", `2: container "a" must be a mapping, not "b"`, ""},
		{"tag", "commands: {c: !Command {}}\ncontainers: {a: !B {}}\n", `2: container "a" can't have the tag "!B"; remove the tag`, ""},
		{"all tag", "commands: {c: !Command {}}\ncontainers: !B {}\n", `2: containers can't have the tag "!B"; remove the tag`, ""},
		{"key", containerWith("rootsf: a"), `4: container "t" has an unknown key "rootsf"`, `did you mean "rootfs"?`},
		{"ignored key", containerWith("setpu: a"), `4: container "t" has an unknown key "setpu"`, `did you mean "setup"?`},
		{"rootfs", containerWith("rootfs: ''"), "4: rootfs is empty; remove it or fill it in", ""},
		{"environ", containerWith("environ: {A: b, A: b}"), `4: environ has "A" twice, here and in line 4; remove one`, ""},
		{"volumes", containerWith("volumes: [a]"), "4: volumes must be a mapping, not a list", ""},
		{"volumes tag", containerWith("volumes: !X {}"), `4: volumes can't have the tag "!X"; remove the tag`, ""},
		{"volume twice", containerWith("volumes:", "  /a: !VaggaBin", "  /a/: !VaggaBin"),
			`6: volumes has "/a/" twice, here and in line 5; remove one`, ""},
		{"near kind", containerWith("volumes:", "  /a: !BindRw x"), `5: volume "/a" has the unknown tag "!BindRw"`, `did you mean "!BindRW"?`},
		{"far kind", containerWith("volumes:", "  /a: !Zzzzzz x"), `5: volume "/a" has the unknown tag "!Zzzzzz"`,
			"the tags are !BindRO, !BindRW, !Persistent, !Tmpfs, !VaggaBin"},
		{"tmpfs key", containerWith("volumes:", "  /a: !Tmpfs {sise: 1}"), `5: volume "/a" has an unknown key "sise"`, `did you mean "size"?`},
		vol("relative", "a: !VaggaBin", `"a" must be an absolute path below / and without ..`),
		vol("root", "/: !VaggaBin", `"/" must be an absolute path below / and without ..`),
		vol("parent", "/a/../b: !VaggaBin", `"/a/../b" must be an absolute path below / and without ..`),
		vol("no kind", "/a: x", `"/a" has no kind; `+kinds),
		vol("null", "/a:", `"/a" has no kind; `+kinds),
		vol("VaggaBin value", "/a: !VaggaBin x", `"/a": !VaggaBin takes no value; remove "x"`),
		vol("tmpfs text", "/a: !Tmpfs x", `"/a" must be a mapping, not "x"`),
		vol("outside", "/a: !BindRO /etc", `"/a" has the source "/etc"; write it relative to the folder of the file, `+
			"or starting with /work for that folder"),
		vol("workshop", "/a: !BindRO /workshop", `"/a" has the source "/workshop"; write it relative to the folder of the file, `+
			"or starting with /work for that folder"),
		vol("out of work", "/a: !BindRO /work/../etc", `"/a" has the source "/work/../etc"; write it relative to the folder of the file, `+
			"or starting with /work for that folder"),
	}
	for _, bad := range []string{"0", "-1", "x", "100MB", "1.5M", "10000000000G", "20000000000G", "010", "Mi"} {
		tests = append(tests, wrong{"size " + bad, containerWith("volumes:", "  /a: !Tmpfs {size: "+bad+"}"),
			`5: size "` + bad + `" of volume "/a" must be a number of bytes from 1, 100Mi for example; the units are k, M, G, Ki, Mi, Gi`, ""})
	}
	for _, bad := range []string{"755", "0o2000", "0o7777", "0o8", "rwx", "-0755"} {
		tests = append(tests, wrong{"mode " + bad, containerWith("volumes:", "  /a: !Tmpfs {mode: "+bad+"}"),
			`5: mode "` + bad + `" of volume "/a" must be octal, 0o755 for example, and 0o1777 at most`, ""})
	}
	for _, bad := range []string{"-1", "root", "1073741825"} {
		for _, key := range []string{"uid", "gid"} {
			tests = append(tests, wrong{key + " " + bad, containerWith("volumes:", "  /a: !Tmpfs {"+key+": "+bad+"}"),
				`5: ` + key + ` "` + bad + `" of volume "/a" must be a number from 0 to 1073741824`, ""})
		}
	}
	checkWrong(t, append(tests,
		wrong{"size list", containerWith("volumes:", "  /a: !Tmpfs {size: []}"), `5: size of volume "/a" must be a text, not a list`, ""},
		wrong{"mode list", containerWith("volumes:", "  /a: !Tmpfs {mode: []}"), `5: mode of volume "/a" must be a text, not a list`, ""},
		wrong{"source empty", containerWith("volumes:", "  /a: !BindRW"), `5: the source of volume "/a" is empty; remove it or fill it in`, ""},
		wrong{"source null", containerWith("volumes:", "  /a: !BindRO ~"), `5: the source of volume "/a" is empty; remove it or fill it in`, ""},
		wrong{"source quoted", containerWith("volumes:", "  /a: !BindRW ''"), `5: the source of volume "/a" is empty; remove it or fill it in`, ""},
		wrong{"source list", containerWith("volumes:", "  /a: !BindRW [x]"), `5: the source of volume "/a" must be a text, not a list`, ""},
	))
}

// A tag may stand with nothing behind it, however that is written.
func TestTagOfNothing(t *testing.T) {
	for _, nothing := range []string{"", "~", "null", "Null", "NULL"} {
		f := mustParse(t, containerWith("volumes:", "  /v: !VaggaBin "+nothing, "  /w: !Tmpfs "+nothing, "  /s: !Snapshot "+nothing))
		got := f.Containers["t"].Volumes
		if got[0].Kind != VaggaBin || got[1].Kind != Tmpfs || got[1].Size != defaultTmpfsSize || got[2].Unusable == "" {
			t.Errorf("with %q behind the tags: %+v", nothing, got)
		}
		c := mustParse(t, "commands: {c: !Command "+nothing+"}").Commands["c"]
		if c.Supervise || c.Name != "c" {
			t.Errorf("!Command %s is %+v", nothing, c)
		}
	}
	checkWrong(t, []wrong{
		{"supervise", "commands: {c: !Supervise ~}", `1: command "c" has no children; add at least one`, ""},
		{"quoted", containerWith("volumes: {/v: !VaggaBin '~'}"), `4: volume "/v": !VaggaBin takes no value; remove "~"`, ""},
	})
	if got := mustParse(t, containerWith("volumes: {/w: !BindRW '~'}")).Containers["t"].Volumes[0].Source; got != "proj/~" {
		t.Errorf("the folder ~ is read as %q", got)
	}
}

// What can't be mounted here is no mistake of the file: a command may do
// without it.
func TestVaggaVolumes(t *testing.T) {
	for text, want := range map[string]Volume{
		"!Persistent db":                       {Kind: BindRW, Source: "proj/.vagganet/db"},
		"!Persistent {name: db, owner-uid: 1}": {Kind: BindRW, Source: "proj/.vagganet/db"},
		"!Persistent ~":                        {Kind: BindRW, Unusable: "has no name to be kept by"},
		"!Persistent ../x":                     {Kind: BindRW, Unusable: `is kept by the name "../x", which can't be used; ` + nameRule},
		"!Snapshot {size: 10M, container: x}":  {Unusable: "is of the kind !Snapshot, which is not supported here"},
		"!Container app":                       {Unusable: "is of the kind !Container, which is not supported here"},
		"!CacheDir maven-cache":                {Unusable: "is of the kind !CacheDir, which is not supported here"},
		"!Empty":                               {Unusable: "is of the kind !Empty, which is not supported here"},
		"!BindRO /volumes/home":                {Kind: BindRO, Unusable: `has the source "/volumes/home", which is a folder of vagga's own and not supported here`},
	} {
		want.Path, want.Line = "/a", 5
		if got := mustParse(t, containerWith("volumes:", "  /a: "+text)).Containers["t"].Volumes[0]; got != want {
			t.Errorf("%s is read as\n%+v, want\n%+v", text, got, want)
		}
	}
	checkWrong(t, []wrong{
		{"key", containerWith("volumes: {/a: !Persistent {nmae: b}}"), `4: volume "/a" has an unknown key "nmae"`, `did you mean "name"?`},
		{"list", containerWith("volumes: {/a: !Persistent [b]}"), `4: the name of volume "/a" must be a text, not a list`, ""},
	})
}
