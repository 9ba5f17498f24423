package graph

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vagganet/commands/groups"
	"vagganet/netcmd/links"
)

// Whatever is drawn is in the legend.
func TestLegend(t *testing.T) {
	words := map[string]string{"up": "linked", "shaped": "shaped", "drop": "cut", "reject": "refused", "new": "no-new",
		"off-drop": "uplink cut", "off-reject": "uplink refused", "off-new": "uplink no-new", "cross": "down", "pause": "paused",
		"cell-shaped": "shaped", "cell-drop": "cut", "cell-reject": "refused", "cell-new": "no-new",
		"strong": "linked", "chord": "linked, too", "band": "linked with each other"}
	for name, n := range figures() {
		s := read(t, svg(n))
		for class, word := range words {
			if class == "shaped" && n.Form == groups.Mesh {
				word = n.Groups[0].Inside.Shape // the same for all
			}
			if s.paths[class] != nil && !slices.ContainsFunc(s.texts, func(text seenText) bool {
				return text.y > s.legendTop() && text.class == "note left" && strings.Contains(text.text, word)
			}) {
				t.Errorf("%s: the legend doesn't say what %s is", name, class)
			}
		}
	}
}

// Texts can be read, and borders seen, on whatever they are, by day and by night.
func TestContrast(t *testing.T) {
	for _, by := range []func(paint) string{paint.onLight, paint.onDark} {
		of := map[string]string{}
		for _, p := range paints {
			of[p.name] = by(p)
		}
		check := func(front, back string, least float64) {
			if got := contrast(of[front], of[back]); got < least {
				t.Errorf("%s (%s) on %s (%s): %.2f", front, of[front], back, of[back], got)
			}
		}
		for _, back := range []string{"paper", "paused", "g0", "g1", "g2", "g3", "g4", "g5"} {
			check("ink", back, 4.5)
		}
		check("cut", "paper", 4.5)
		for i := range Colours {
			check(GroupClass(i)+"-edge", "paper", 3)
			check(GroupClass(i)+"-edge", GroupClass(i), 3)
			check("cut", GroupClass(i), 3) // chips that are cut from each other
		}
		for _, line := range []string{"line", "shaped"} {
			check(line, "paper", 3)
		}
	}
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is that of #rrggbb, by the rules of WCAG.
func luminance(colour string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		value, _ := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		v := float64(value) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

// A document may have many of these: they have no ids, and all that they need is in Style.
func TestInline(t *testing.T) {
	style := Style()
	for _, m := range regexp.MustCompile(`var\((--[a-z0-9-]+)\)`).FindAllStringSubmatch(style, -1) {
		if strings.Count(style, m[1]+":") != 2 {
			t.Errorf("%s is not set for light and dark", m[1])
		}
	}
	for name, n := range figures() {
		picture := Inline(n)
		if regexp.MustCompile(`<[^>]* id=`).MatchString(picture) || !strings.HasPrefix(picture, `<svg class="network" role="img" aria-label="run r: `) {
			t.Errorf("%s: %.300s", name, picture)
		}
		for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(picture, -1) {
			for _, class := range strings.Fields(m[1]) {
				if !strings.Contains(style, "."+class) && !slices.Contains([]string{"up"}, class) {
					t.Errorf("%s: there is no rule for %s", name, class)
				}
			}
		}
	}
	// Where each link is slow in a way of its own, a row is one piece.
	names := nodes(100)
	var shaped []links.ShapedLink
	for i, from := range names {
		for _, to := range slices.Delete(nodes(100), i, i+1) {
			shaped = append(shaped, links.ShapedLink{From: from, To: to, Shape: links.Shape{Delay: float64(len(shaped) + 1)}})
		}
	}
	if size := len(Inline(network(links.FullMesh(names), shaped...))); size > 30_000 {
		t.Errorf("links of 100 nodes with a delay of their own take %d bytes", size)
	}
	if size := len(Inline(figures()["halves-20"])); size > 3000 {
		t.Errorf("20 nodes take %d bytes", size)
	}
}
