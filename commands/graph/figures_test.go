package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

// figures returns networks of all forms, of few nodes and of many.
var figures = sync.OnceValue(makeFigures)

func makeFigures() map[string]Network {
	all := networks()
	for _, size := range []int{2, 3, 5, 20, 100, 253} {
		guests := linkstest.Numbered(size)
		first, last := guests[0], guests[size-1]
		slow := links.Shape{Delay: 50}
		add := func(kind string, c links.Cuts, shaped ...links.ShapedLink) {
			all[fmt.Sprintf("%s-%d", kind, size)] = network(c, shaped...)
		}
		add("mesh", links.FullMesh(guests))
		add("apart", must(links.Isolate(guests, guests)))
		add("halves", named("halves", guests))
		add("random", named("random-halves", guests))
		add("mute", must(links.Isolate(guests, guests[:1])).OneWay([][]string{{first}}))
		add("slow", links.FullMesh(guests), shapedTo(first, guests[1:], slow)...)
		if size < 3 {
			continue
		}
		add("star", must(links.Isolate(guests, []string{last})))
		add("refused", must(links.Split(guests, [][]string{guests[:size/3], guests[size/3:]})).By(links.Reject))
		add("bridge", named("bridge", guests))
		if size < 5 {
			continue
		}
		add("ring", named("majorities-ring", guests))
		add("three", must(links.Split(guests, [][]string{guests[:1], guests[1 : size/2], guests[size/2:]})))
		add("deaf", must(links.Isolate(guests, guests[size/2:])).OneWay([][]string{guests[size/2:]}))
		add("seven", must(links.Split(guests, seven(guests))))
		var ways []links.ShapedLink
		for i, name := range guests[:4] {
			ways = append(ways, shapedTo(name, []string{guests[(i+1)%4]}, links.Shape{Delay: 50 * float64(i+1), Jitter: 5, Loss: 12.5})...)
		}
		add("ways", must(links.Isolate(guests, guests[4:])).By(links.New), ways...)
		if size <= 100 {
			add("any", linkstest.Any(rand.New(rand.NewPCG(1, 6)), guests))
		}
	}
	all["any-8"] = network(linkstest.Any(rand.New(rand.NewPCG(1, 6)), linkstest.Numbered(8)))
	all["slow-everywhere"] = slowEverywhere(links.FullMesh(nodes(5)))
	for _, kind := range []string{"halves", "bridge", "random-node", "majorities-ring"} {
		all["slow-"+kind] = slowEverywhere(named(kind, nodes(20)))
	}
	all["slow-any"] = slowEverywhere(linkstest.Any(rand.New(rand.NewPCG(1, 6)), nodes(12)))
	all["marked-20"] = marked(all["halves-20"])
	all["marked-100"] = marked(all["star-100"])
	all["marked-ring-100"] = marked(all["ring-100"])
	all["marked-any-20"] = marked(all["any-20"])
	long := []string{}
	for i := range 20 {
		long = append(long, fmt.Sprintf("%s-%02d", strings.Repeat("Wm", 28), i))
	}
	all["long-halves"], all["long-ring"], all["long-star"] = network(named("halves", long)), network(named("majorities-ring", long)), network(named("random-node", long))
	all["long-few"] = network(links.FullMesh(long[:4]), append(shapedTo(long[0], long[1:2], links.Shape{Delay: 5}), shapedTo(long[2], long[1:2], links.Shape{Loss: 5})...)...)
	all["long-any"] = network(linkstest.Any(rand.New(rand.NewPCG(3, 4)), long))
	return all
}

// slowEverywhere returns a network in which each link has a delay, that it is cut or not.
func slowEverywhere(c links.Cuts) Network {
	var shaped []links.ShapedLink
	for i, name := range c.Guests {
		shaped = append(shaped, shapedTo(name, slices.Delete(slices.Clone(c.Guests), i, i+1), links.Shape{Delay: 50})...)
	}
	return network(c, shaped...)
}

func shapedTo(from string, to []string, shape links.Shape) []links.ShapedLink {
	var shaped []links.ShapedLink
	for _, name := range to {
		shaped = append(shaped, links.ShapedLink{From: from, To: name, Shape: shape})
	}
	return shaped
}

// seven parts names into as many clusters, or fewer if there are not enough.
func seven(names []string) [][]string {
	parts := make([][]string, min(7, len(names)))
	for i, name := range names {
		parts[i%len(parts)] = append(parts[i%len(parts)], name)
	}
	return parts
}

// marked returns a network in which nodes are down and paused, and uplinks cut in each way.
func marked(n Network) Network {
	n.Marks = map[string]string{n.Nodes[1]: Down, n.Nodes[2]: Paused, n.Nodes[3]: Down}
	n.Uplinks = map[string]links.How{n.Nodes[2]: links.Drop, n.Nodes[3]: links.Reject, n.Nodes[4]: links.New, n.Nodes[15]: links.Drop}
	return n
}
