package config

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

const (
	defaultTmpfsSize = 100 << 20
	defaultTmpfsMode = 0o1777
)

func (p *parser) parseContainers(e entry) error {
	if err := p.checkPlain(e.value, e.key); err != nil {
		return err
	}
	list, err := p.entries(e.value, e.key, same)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.key == "" {
			return p.errorf(e.line, "a container has an empty name")
		}
		if p.file.Containers[e.key], err = p.parseContainer(e); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) parseContainer(e entry) (*Container, error) {
	what := "container " + quote(e.key)
	c := &Container{Name: e.key, Line: e.line, Environ: map[string]string{}}
	if err := p.checkPlain(e.value, what); err != nil {
		return nil, err
	}
	err := p.parseFields(e.value, what, fieldMap{
		"rootfs": func(e entry) (err error) {
			c.Rootfs, err = p.expandedWord(e.value, e.key)
			if err == nil && !filepath.IsAbs(c.Rootfs) {
				c.Rootfs = filepath.Join(p.file.Dir, c.Rootfs)
			}
			return err
		},
		"environ": func(e entry) error { return p.parseEnviron(e, c.Environ) },
		"volumes": func(e entry) (err error) { c.Volumes, err = p.parseVolumes(e); return err },
	}, containerIgnored)
	return c, err
}

func (p *parser) parseVolumes(e entry) ([]Volume, error) {
	if err := p.checkPlain(e.value, e.key); err != nil {
		return nil, err
	}
	list, err := p.entries(e.value, e.key, path.Clean)
	if err != nil {
		return nil, err
	}
	var volumes []Volume
	for _, e := range list {
		v, err := p.parseVolume(e)
		if err != nil {
			return nil, err
		}
		volumes = append(volumes, v)
	}
	return volumes, nil
}

func (p *parser) parseVolume(e entry) (Volume, error) {
	v := Volume{Path: path.Clean(e.key), Line: e.line}
	what := "volume " + quote(e.key)
	if !path.IsAbs(e.key) || v.Path == "/" || hasParent(e.key) {
		return v, p.errorf(e.line, "%s must be an absolute path below / and without ..", what)
	}
	var err error
	switch tag := tagOf(e.value); tag {
	case "!VaggaBin":
		v.Kind = VaggaBin
		if !isNull(e.value) {
			err = p.errorf(e.line, "%s: !VaggaBin takes no value; remove %s", what, describe(e.value))
		}
	case "!Tmpfs":
		v.Kind, v.Size, v.Mode = Tmpfs, defaultTmpfsSize, defaultTmpfsMode
		err = p.parseTmpfs(e.value, what, &v)
	case "!BindRW", "!BindRO":
		v.Kind = BindRW
		if tag == "!BindRO" {
			v.Kind = BindRO
		}
		err = p.parseSource(e, what, &v)
	case "!Persistent":
		v.Kind = BindRW
		err = p.parsePersistent(e, what, &v)
	case "!CacheDir", "!Container", "!Empty", "!Snapshot":
		v.Unusable = "is of the kind " + tag + ", which is not supported here"
	case "":
		err = p.errorf(e.line, "%s has no kind; use !BindRO, !BindRW, !Tmpfs or !VaggaBin", what)
	default:
		err = p.tagError(e, what, volumeKinds)
	}
	return v, err
}

var volumeKinds = []string{"!BindRO", "!BindRW", "!Persistent", "!Tmpfs", "!VaggaBin"}

// persistentDir is where, below the file's folder, persistent volumes are: each
// in a folder of its name.
const persistentDir = ".vagganet"

// parsePersistent reads a volume that is kept between runs: by its name, or by a
// mapping that has one.
func (p *parser) parsePersistent(e entry, what string, v *Volume) error {
	n := *e.value
	n.Tag = ""
	var name string
	var err error
	switch {
	case isNull(e.value):
	case n.Kind == yaml.MappingNode:
		err = p.parseFields(&n, what, fieldMap{
			"name": func(e entry) (err error) { name, err = p.word(e.value, "the name of "+what); return err },
		}, persistentIgnored)
	default:
		name, err = p.word(&n, "the name of "+what)
	}
	switch {
	case err != nil:
		return err
	case name == "":
		v.Unusable = "has no name to be kept by"
	case CheckName("volume", name) != nil:
		v.Unusable = "is kept by the name " + quote(name) + ", which can't be used; " + nameRule
	default:
		v.Source = filepath.Join(p.file.Dir, persistentDir, name)
	}
	return nil
}

func (p *parser) parseTmpfs(n *yaml.Node, what string, v *Volume) error {
	return p.parseFields(n, what, fieldMap{
		"size": func(e entry) error {
			text, err := p.word(e.value, "size of "+what)
			if err != nil {
				return err
			}
			size, ok := number(text)
			if !ok || size < 1 {
				return p.errorf(e.line, "size %s of %s must be a number of bytes from 1, 100Mi for example; "+
					"the units are k, M, G, Ki, Mi, Gi", quote(text), what)
			}
			v.Size = size
			return nil
		},
		"mode": func(e entry) error {
			text, err := p.word(e.value, "mode of "+what)
			if err != nil {
				return err
			}
			mode, ok := fileMode(text)
			if !ok {
				return p.errorf(e.line, "mode %s of %s must be octal, 0o755 for example, and 0o1777 at most",
					quote(text), what)
			}
			v.Mode = mode
			return nil
		},
		"uid": func(e entry) (err error) { v.UID, err = p.id(e, what); return err },
		"gid": func(e entry) (err error) { v.GID, err = p.id(e, what); return err },
	}, tmpfsIgnored)
}

// parseSource reads what a bind volume mounts. Inside vagga's containers the
// project's folder is /work; other absolute paths there are the container's
// own, which can't be told from the host's here.
func (p *parser) parseSource(e entry, what string, v *Volume) error {
	n := *e.value
	if n.Tag = ""; isNull(e.value) {
		n.Value = ""
	}
	text, err := p.expandedWord(&n, "the source of "+what)
	if err != nil {
		return err
	}
	rel := text
	if path.IsAbs(text) {
		inside, ok := strings.CutPrefix(path.Clean(text)+"/", "/work/")
		if !ok && (strings.HasPrefix(path.Clean(text), "/volumes/") || strings.HasPrefix(path.Clean(text), "/vagga/")) {
			v.Unusable = "has the source " + quote(text) + ", which is a folder of vagga's own and not supported here"
			return nil
		}
		if !ok {
			return p.errorf(e.line, "%s has the source %s; write it relative to the folder of the file, "+
				"or starting with /work for that folder", what, quote(text))
		}
		rel = inside
	}
	v.Source = filepath.Join(p.file.Dir, rel)
	return nil
}

func hasParent(name string) bool {
	return slices.Contains(strings.Split(name, "/"), "..")
}
