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
			c.Rootfs, err = p.word(e.value, e.key)
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
		v.Source, err = p.parseSource(e, what)
	default:
		err = p.volumeKindError(e, what, tag)
	}
	return v, err
}

var (
	volumeKinds  = []string{"!BindRO", "!BindRW", "!Tmpfs", "!VaggaBin"}
	vaggaVolumes = []string{"!CacheDir", "!Container", "!Empty", "!Persistent", "!Snapshot"}
)

func (p *parser) volumeKindError(e entry, what, tag string) error {
	const kinds = "use !BindRO, !BindRW, !Tmpfs or !VaggaBin"
	if tag == "" {
		return p.errorf(e.line, "%s has no kind; %s", what, kinds)
	}
	if slices.Contains(vaggaVolumes, tag) {
		return p.errorf(e.line, "%s is of the kind %s, which is not supported here; %s", what, tag, kinds)
	}
	return p.tagError(e, what, volumeKinds)
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
	}, tmpfsIgnored)
}

// parseSource reads what a bind volume mounts. Inside vagga's containers the
// project's folder is /work; other absolute paths there are the container's
// own, which can't be told from the host's here.
func (p *parser) parseSource(e entry, what string) (string, error) {
	n := *e.value
	n.Tag = ""
	text, err := p.word(&n, "the source of "+what)
	if err != nil {
		return "", err
	}
	rel := text
	if path.IsAbs(text) {
		inside, ok := strings.CutPrefix(path.Clean(text)+"/", "/work/")
		if !ok {
			return "", p.errorf(e.line, "%s has the source %s; write it relative to the folder of the file, "+
				"or starting with /work for that folder", what, quote(text))
		}
		rel = inside
	}
	return filepath.Join(p.file.Dir, rel), nil
}

func hasParent(name string) bool {
	return slices.Contains(strings.Split(name, "/"), "..")
}
