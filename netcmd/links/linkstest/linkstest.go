// Package linkstest makes cuts for tests, and writes them down.
package linkstest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"vagganet/netcmd/links"
)

// Matrix writes down cuts as a line for each sender: x where what it sends is
// dropped, r where it is refused, n where only what is new is dropped.
func Matrix(c links.Cuts) string {
	var lines []string
	for from := range c.Guests {
		line := ""
		for to := range c.Guests {
			line += map[links.How]string{links.Up: ".", links.Drop: "x", links.Reject: "r", links.New: "n"}[c.State(from, to).How]
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, " ")
}

// FromMatrix is the reverse of Matrix.
func FromMatrix(guests []string, text string) links.Cuts {
	c := links.FullMesh(guests)
	for from, line := range strings.Fields(text) {
		for to, letter := range line {
			c.Set(from, to, map[rune]links.How{'.': links.Up, 'x': links.Drop, 'r': links.Reject, 'n': links.New}[letter])
		}
	}
	return c
}

// Any returns random cuts of all kinds, of links and uplinks.
func Any(r *rand.Rand, guests []string) links.Cuts {
	c := links.FullMesh(guests)
	kinds := append([]links.How{links.Up}, links.Hows[:r.IntN(len(links.Hows)+1)]...)
	for i := range c.Guests {
		c.SetUplink(i, kinds[r.IntN(len(kinds))])
		for j := range c.Guests {
			if i != j {
				c.Set(i, j, kinds[r.IntN(len(kinds))])
			}
		}
	}
	return c
}

// Same reports whether two runs have the same nodes, cut in the same way.
func Same(a, b links.Cuts) bool {
	return slices.Equal(a.Guests, b.Guests) && a.Equal(b) && slices.Equal(a.Uplinks(), b.Uplinks())
}

// Every calls f with every set of cuts between that many guests.
func Every(guests int, f func(links.Cuts)) {
	var names []string
	for g := range guests {
		names = append(names, fmt.Sprintf("node%d", g))
	}
	for set := range 1 << (guests * (guests - 1)) {
		c, bit := links.FullMesh(names), 0
		for from := range guests {
			for to := range guests {
				if from != to {
					c.Set(from, to, []links.How{links.Up, links.Drop}[set>>bit&1])
					bit++
				}
			}
		}
		f(c)
	}
}

// Numbered returns the names of that many guests, sorted.
func Numbered(guests int) []string {
	var names []string
	for n := range guests {
		names = append(names, fmt.Sprintf("node%03d", n))
	}
	return names
}

// Halves are the cuts between two halves of that many guests.
func Halves(guests int) links.Cuts { return links.Named[0].Build(Numbered(guests), 1) }

// CopyUplinks gives cuts the uplinks of others.
func CopyUplinks(c, from links.Cuts) {
	for i := range c.Guests {
		c.SetUplink(i, from.Uplink(i).How)
	}
}
