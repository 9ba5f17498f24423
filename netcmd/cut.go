package netcmd

import (
	"fmt"
	"slices"
	"strings"
)

// Cuts is a partition: the set of directed links between guests that are cut,
// as a matrix. Every kind of partition compiles to it.
type Cuts struct {
	// Guests are the nodes, sorted by name.
	Guests []string
	cut    []bool // from*len(Guests) + to
}

// Link is a directed link: what From sends to To.
type Link struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// FullMesh cuts nothing.
func FullMesh(guests []string) Cuts {
	guests = slices.Sorted(slices.Values(guests))
	return Cuts{guests, make([]bool, len(guests)*len(guests))}
}

// Disjoint links the guests within each cluster, and no others. Every guest
// must be in exactly one cluster.
func Disjoint(guests []string, clusters [][]string) (Cuts, error) {
	named := map[string]int{}
	for _, node := range slices.Concat(clusters...) {
		if named[node]++; named[node] > 1 {
			return Cuts{}, fmt.Errorf("node %s is named twice, but disjoint clusters have no node in common (see split)", node)
		}
	}
	c, err := Split(guests, clusters)
	if err != nil {
		return Cuts{}, err
	}
	left := slices.DeleteFunc(slices.Clone(c.Guests), func(g string) bool { return named[g] > 0 })
	if len(left) > 0 {
		return Cuts{}, fmt.Errorf("no cluster has %s: disjoint clusters must name every node", strings.Join(left, ", "))
	}
	return c, nil
}

// Split links two guests when a cluster has both. Clusters may overlap; a guest
// that no cluster has is cut from everybody.
func Split(guests []string, clusters [][]string) (Cuts, error) {
	c := FullMesh(guests)
	for i := range c.cut {
		c.cut[i] = true
	}
	for i := range c.Guests {
		c.set(i, i, false)
	}
	for _, cluster := range clusters {
		members, err := c.indexes(cluster)
		if err != nil {
			return Cuts{}, err
		}
		for _, a := range members {
			for _, b := range members {
				c.set(a, b, false)
			}
		}
	}
	return c, nil
}

// Isolate cuts the nodes from everybody and from each other.
func Isolate(guests []string, nodes []string) (Cuts, error) {
	c := FullMesh(guests)
	members, err := c.indexes(nodes)
	if err != nil {
		return Cuts{}, err
	}
	for _, a := range members {
		for b := range c.Guests {
			c.set(a, b, a != b)
			c.set(b, a, a != b)
		}
	}
	return c, nil
}

// Has says whether what guest number from sends to guest number to is cut.
func (c Cuts) Has(from, to int) bool { return c.cut[from*len(c.Guests)+to] }

// Links lists the links that are cut.
func (c Cuts) Links() []Link {
	links := []Link{}
	for from := range c.Guests {
		for to := range c.Guests {
			if c.Has(from, to) {
				links = append(links, Link{c.Guests[from], c.Guests[to]})
			}
		}
	}
	return links
}

func (c Cuts) set(from, to int, cut bool) { c.cut[from*len(c.Guests)+to] = cut }

func (c Cuts) indexes(nodes []string) ([]int, error) {
	var indexes []int
	for _, n := range nodes {
		i, found := slices.BinarySearch(c.Guests, n)
		if !found {
			return nil, fmt.Errorf("no guest is called %q: there are %s", n, strings.Join(c.Guests, ", "))
		}
		indexes = append(indexes, i)
	}
	return indexes, nil
}
