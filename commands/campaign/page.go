package campaign

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed page.html
var pageText string

// square is a seed on the page.
type square struct {
	Seed    uint64
	Verdict Verdict
	Link    string // the page about it; empty for none
}

// WritePage writes a page for a browser about campaigns, which are shards of one. Dir is the
// folder of the page, from where it leads to those of the seeds.
func (s Summary) WritePage(w io.Writer, dir string) error {
	page, err := template.New("").Funcs(template.FuncMap{
		"address": func(link string) template.URL { return template.URL(link) }, // it is one already
		"compact": func(seeds []uint64) string { return shortened(Compact(seeds)) },
		"never":   func(names []string) string { return shortened(strings.Join(names, ", ")) },
		"seconds": func(s float64) string { return fmt.Sprintf("%.1f s", s) },
	}).Parse(pageText)
	if err != nil {
		return err
	}
	links, err := s.links(dir)
	if err != nil {
		return err
	}
	return page.Execute(w, struct {
		Summary
		Squares  []square
		Listed   []Verdict
		FailedN  int
		PassedN  int
		RunLine  string
		LinkedTo map[uint64]string
	}{s, s.squares(links), s.listed(), s.Verdicts[Failed] + s.Verdicts[Timeout], s.Verdicts[Passed],
		About{Command: s.Command, Options: s.Options, Driver: s.Driver}.RunLine("N"), links})
}

// listed are the verdicts that seeds have.
func (s Summary) listed() (list []Verdict) {
	for _, v := range Verdicts {
		if s.Verdicts[v] > 0 {
			list = append(list, v)
		}
	}
	return list
}

// links lead from a folder to the pages about seeds.
func (s Summary) links(dir string) (map[uint64]string, error) {
	links := map[uint64]string{}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range s.Others {
		if f.Report == "" {
			continue
		}
		path, err := filepath.Abs(f.Report)
		if err != nil {
			return nil, err
		}
		if link, err := filepath.Rel(dir, path); err == nil {
			path := url.URL{Path: filepath.ToSlash(link)}
			links[f.Seed] = path.String()
		}
	}
	return links, nil
}

// squares are all seeds, in rising order.
func (s Summary) squares(links map[uint64]string) []square {
	list := make([]square, 0, s.Seeds)
	others := s.Others
	for _, seed := range s.sorted() {
		if len(others) > 0 && others[0].Seed == seed {
			list = append(list, square{seed, others[0].Verdict, links[seed]})
			others = others[1:]
			continue
		}
		list = append(list, square{Seed: seed, Verdict: Passed})
	}
	return list
}

func (s Summary) sorted() []uint64 {
	all := slices.Clone(s.passed)
	for _, f := range s.Others {
		all = append(all, f.Seed)
	}
	slices.Sort(all)
	return all
}
