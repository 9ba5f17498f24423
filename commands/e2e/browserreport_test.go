package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"vagganet/commands/report"
	"vagganet/commands/report/reporttest"
)

// reportOf makes the page of a run that is made up.
func reportOf(t *testing.T, nodes, faults, lines int) string {
	t.Helper()
	var seen report.Collector
	for _, e := range reporttest.Events(nodes, faults, lines) {
		seen.Add(e)
	}
	var b bytes.Buffer
	if err := seen.Write(&b, report.About{CommandLine: "vagganet run many"}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "many.html")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// The page of many nodes is no wider than a phone, and the names of lanes and the times
// stay in place while the timeline is scrolled.
func testManyNodes(t *testing.T, b browser) {
	file := reportOf(t, 60, 14, 20)
	const script = `
		for (const e of [page.documentElement, ...page.querySelectorAll("table, .log")])
			if (e.scrollWidth > page.documentElement.clientWidth) found.push("wide:" + (e.className || e.tagName));
		const box = e => page.querySelector(e).getBoundingClientRect(), before = [box(".names").left, box(".axis").top];
		const timeline = page.querySelector(".timeline");
		found.push(timeline.clientHeight < frame.innerHeight);
		timeline.scrollTo(50, 400);
		found.push(timeline.scrollTop, box(".names").left == before[0], box(".axis").top == before[1]);
		if (frame.innerWidth > 1000) { // else, heads are in each row
			page.querySelector("#faults").scrollIntoView();
			frame.scrollBy(0, 300);
			found.push(box(".faults thead th").top);
		}`
	for width, want := range map[int]string{360: "true 400 true true", 1200: "true 400 true true 0"} {
		if got := b.ask(t, file, width, script); got != want {
			t.Errorf("%d pixels: %s, and not %s", width, got, want)
		}
	}
}

// textsOfFaults finds whether there are texts of faults with no part, with one, two and three,
// and those that reach into another one of their row, or beyond their room. How many have two
// is a matter of the font.
const textsOfFaults = `
	const seen = [0, 0, 0, 0], ends = {};
	for (const text of page.querySelectorAll(".timeline foreignObject")) {
		const room = text.getBoundingClientRect(), range = page.createRange();
		const parts = [...text.firstChild.childNodes].map(n => { range.selectNode(n); return range.getBoundingClientRect(); }).filter(r => r.width && r.top < room.bottom - 1);
		seen[parts.length] = 1;
		for (const r of parts) {
			if (r.left < (ends[room.top] ?? 0) || r.right > room.right || r.bottom > room.bottom + 1) found.push("over:" + text.textContent);
			ends[room.top] = r.right;
		}
	}
	found.push(seen.join());`

// The text of a fault is its number, its words, and for how long it was meant to be, as far as
// there is room.
func testTextsOfFaults(t *testing.T, b browser, recorded string) {
	for _, test := range []struct {
		file  string
		width int
		want  string
	}{{recorded, 1200, "0,1,1,1"}, {reportOf(t, 20, 14, 1), 360, "0,1,1,0"}, {reportOf(t, 20, 100, 1), 1200, "0,1,0,1"}} {
		if got := b.ask(t, test.file, test.width, textsOfFaults); got != test.want {
			t.Errorf("%s at %d pixels: %s, and not %s", filepath.Base(test.file), test.width, got, test.want)
		}
	}
}

// A link to the picture of a fault shows it, and no other, and the page stays where it is.
func testPictures(t *testing.T, b browser) {
	got := b.ask(t, reportOf(t, 20, 14, 1), 1200, `
		const shown = () => [...page.querySelectorAll(".picture")].filter(e => e.checkVisibility()).map(e => e.id).join() || "none";
		const follow = e => { e.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, view: frame})); found.push(shown()); };
		found.push(shown());
		follow(page.querySelector(".timeline .to7"));
		const panel = page.querySelector("#p7"), drawn = panel.querySelector("use").getBoundingClientRect(), room = panel.querySelector("svg").getBoundingClientRect();
		found.push(drawn.width > 100 && drawn.height > 50, drawn.left >= room.left && drawn.right <= room.right && drawn.top >= room.top && drawn.bottom <= room.bottom, panel.querySelector("svg").getAttribute("aria-label").slice(0, 8));
		follow([...panel.querySelectorAll("a")].find(e => e.textContent == "after"));
		follow([...page.querySelectorAll("#p8 a")].find(e => e.textContent == "close"));
		found.push(frame.scrollY);
		follow(page.querySelectorAll(".faults .to")[2]);
		found.push(frame.scrollY);`)
	if want := "none p7 true true A is nod p8 none 0 p3 0"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// On a phone, a picture is as wide as the page, without what a scroll bar takes.
func testNarrowPicture(t *testing.T, b browser) {
	got := b.ask(t, reportOf(t, 20, 14, 1), 360, `
		page.querySelector(".timeline .to7").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, view: frame}));
		const panel = page.querySelector("#p7").getBoundingClientRect(), room = page.documentElement.clientWidth;
		found.push(room < frame.innerWidth, panel.left, panel.right == room);`)
	if want := "true 0 true"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// On paper nothing is dark, scrolled, folded away or written over something else, the timeline of
// twenty nodes has room on a page, and there is nothing to click on. The browser takes what is
// for paper for what is for the screen, and the other way round.
func testPrint(t *testing.T, b browser) {
	const script = `
		const other = {screen: "print", print: "screen"};
		for (const rule of [...page.styleSheets].flatMap(sheet => [...sheet.cssRules]))
			if (rule.media) rule.media.mediaText = rule.media.mediaText.replace(/screen|print/, name => other[name]);
		page.querySelector(".timeline .to7").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, view: frame}));
		page.querySelector("details").open = false;
		const all = selector => [...page.querySelectorAll(selector)].filter(e => e.checkVisibility()), style = e => frame.getComputedStyle(e);
		found.push(style(page.body).backgroundColor.replaceAll(" ", ""), all(".log li").length > 100, all(".picture").length, all("fieldset, nav, .to").length);
		for (const e of all("*")) if (["sticky", "fixed"].includes(style(e).position)) found.push("stays:" + (e.className.baseVal ?? e.className));
		for (const e of all(".timeline, .picture")) {
			found.push(style(e).overflow);
			if (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight) found.push("cut:" + e.className);
		}
		found.push(page.querySelector(".timeline").getBoundingClientRect().height < 900);
		const last = {};
		for (const e of all(".axis text, .signs text")) {
			const box = e.getBoundingClientRect();
			if (box.left < last[box.top]) found.push("over:" + e.textContent);
			last[box.top] = box.right;
		}
		found.push(all(".signs text").length > 0);` + textsOfFaults
	const same = "rgb(255,255,255) true 1 0 visible visible true "
	for faults, want := range map[int]string{14: same + "true 0,1,1,0", 100: same + "false 1,1,0,0"} {
		if got := b.ask(t, reportOf(t, 20, faults, 10), 718, script, "--blink-settings=preferredColorScheme=0"); got != want {
			t.Errorf("%d faults: %s, and not %s", faults, got, want)
		}
	}
}

// What is written can be read: its contrast to what is behind it is 4.5 at least, in light
// and in dark. In the lanes, each text has an edge in the colour of the paper.
func testContrast(t *testing.T, b browser, recorded string) {
	const script = `
		const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
		const rgba = colour => { // of whatever form
			canvas.clearRect(0, 0, 1, 1);
			canvas.fillStyle = colour;
			canvas.fillRect(0, 0, 1, 1);
			return [...canvas.getImageData(0, 0, 1, 1).data].map(n => n / 255);
		};
		const over = (top, below) => below.map((n, i) => i == 3 ? 1 : top[i] * top[3] + n * (1 - top[3]));
		const paper = e => e ? over(rgba(frame.getComputedStyle(e).backgroundColor), paper(e.parentElement)) : [1, 1, 1, 1];
		const light = c => c.slice(0, 3).map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4).reduce((sum, n, i) => sum + n * [0.2126, 0.7152, 0.0722][i], 0);
		const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((a, b) => b - a); return (x + 0.05) / (y + 0.05); };
		let count = 0;
		for (const e of page.body.querySelectorAll(":not(.network *, title)")) {
			if (![...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())) continue;
			const style = frame.getComputedStyle(e), ink = e.ownerSVGElement ? style.fill : style.color;
			const is = contrast(over(rgba(ink), paper(e)), paper(e));
			count++;
			if (is < 4.5) found.push([e.tagName, e.className.baseVal ?? e.className, is.toFixed(1)].join(":"));
		}
		found.push(count > 100 ? "many" : count);`
	for _, file := range []string{recorded, reportOf(t, 20, 14, 1)} {
		for _, scheme := range []string{"0", "1"} {
			if got := b.ask(t, file, 1200, script, "--blink-settings=preferredColorScheme="+scheme); got != "many" {
				t.Errorf("scheme %s: %s", scheme, got)
			}
		}
	}
}
