package e2e

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vagganet/commands/graph"
	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

func pictured(cuts links.Cuts, shaped ...links.ShapedLink) graph.Network {
	return graph.Live("r", cuts, shaped)
}

// A graph of cut links is seen as such.
func testGraphPicture(t *testing.T, b browser) {
	guests := []string{"a", "b", "c"}
	isolated, _ := links.Isolate(guests, []string{"a"})
	i := slices.IndexFunc(graph.Formats, func(f graph.Format) bool { return f.Name == "svg" })
	for name, cuts := range map[string]links.Cuts{"mesh": links.FullMesh(guests), "isolated": isolated} {
		file := filepath.Join(b.dir, name+".svg")
		if err := os.WriteFile(file, []byte(graph.Formats[i].Draw(pictured(cuts))), 0o644); err != nil {
			t.Fatal(err)
		}
		shot := b.shot(t, file, "--blink-settings=preferredColorScheme=1")
		if red := has(shot, color.RGBA{0xc6, 0x28, 0x28, 0xff}); red != (name == "isolated") || colours(shot) < 10 {
			t.Errorf("%s: red lines: %t, and %d colours", name, red, colours(shot))
		}
	}
}

// In the fonts that a browser has, texts stay in their boxes, and apart from each other.
func testGraphTexts(t *testing.T, b browser) {
	const script = `<pre></pre><script>
		const wrong = [];
		const inside = (a, b) => a.left >= b.left && a.right <= b.right && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
		const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
		let count = 0;
		for (const picture of document.querySelectorAll("svg")) {
			const where = e => e.getBoundingClientRect();
			const texts = [...picture.querySelectorAll("text:not([transform])")];
			texts.forEach((text, i) => {
				count++;
				if (!inside(where(text), where(picture)))
					wrong.push(picture.parentNode.id + ": outside: " + text.textContent);
				if (text.parentNode != picture && ![...text.parentNode.querySelectorAll("rect")].some(rect => inside(where(text), where(rect))))
					wrong.push(picture.parentNode.id + ": not in a box: " + text.textContent);
				for (const other of texts.slice(0, i))
					if (!apart(where(text), where(other)))
						wrong.push(picture.parentNode.id + ": overlap: " + text.textContent + ", " + other.textContent);
			});
		}
		document.querySelector("pre").textContent = "texts: " + count + " " + wrong.join("; ");
	</script>`
	var page bytes.Buffer
	fmt.Fprintf(&page, "<!doctype html><meta charset=utf-8><style>.network{max-width:none!important}%s</style>", graph.Style())
	for name, n := range picturesOfForms() {
		fmt.Fprintf(&page, "<div id=%q>%s</div>\n", name, graph.Inline(n))
	}
	page.WriteString(script)
	file := filepath.Join(b.dir, "pictures.html")
	if err := os.WriteFile(file, page.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	document, logged := b.start(t, file, "--dump-dom")
	_, found, _ := strings.Cut(document, "<pre>texts: ")
	found, _, _ = strings.Cut(found, "</pre>")
	count, wrong, ok := strings.Cut(html.UnescapeString(found), " ")
	if !ok || len(count) < 3 || wrong != "" {
		t.Errorf("of %q texts are wrong: %s\n%s", count, wrong, logged)
	}
}

// picturesOfForms are networks of each form, with the widest names that there may be.
func picturesOfForms() map[string]graph.Network {
	all := map[string]graph.Network{}
	wide := []string{"WWWW", "MMMM-1", "mmmm_2", "iiii", "wwww.3", "QGOD", "@%&=", "0000"}
	for what, guests := range map[string][]string{"wide": wide, "twenty": linkstest.Numbered(20), "crowd": linkstest.Numbered(100)} {
		for _, kind := range links.Named {
			all[what+" "+kind.Name] = pictured(kind.Build(guests, 1))
		}
		shape := links.Shape{Delay: 50, Jitter: 10, Loss: 20}
		parts, _ := links.Isolate(guests, guests[:1])
		all[what+" shaped"] = pictured(parts.OneWay([][]string{guests[:1]}), links.ShapedLink{From: guests[1], To: guests[2], Shape: shape},
			links.ShapedLink{From: guests[2], To: guests[3], Shape: shape})
		all[what+" all"] = pictured(linkstest.Any(rand.New(rand.NewPCG(1, 6)), guests))
		marked := pictured(links.FullMesh(guests))
		marked.Marks = map[string]string{guests[0]: graph.Down, guests[1]: graph.Paused}
		marked.Uplinks = map[string]links.How{guests[1]: links.Drop, guests[2]: links.Reject}
		all[what+" marked"] = marked
	}
	return all
}
