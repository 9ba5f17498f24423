package e2e

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"vagganet/commands/campaign"
	"vagganet/commands/report"
)

// browserVar says that the test may start a browser, which not everybody wants to
// install.
const browserVar = "VAGGANET_BROWSER"

// TestBrowser has a real browser read what "run --report" and "graph" make. It
// runs in a network of its own, which leads nowhere.
func TestBrowser(t *testing.T) {
	if os.Getenv(browserVar) == "" {
		t.Skip("skipped: this needs a browser, and has a target of its own: make test-browser")
	}
	become := needRoot(t)
	needTools(t, "unshare", "chromium")
	needNamespaces(t, become)
	dir := t.TempDir()
	report := filepath.Join(dir, "report.html")
	writeReport(t, report)
	for _, b := range []struct {
		name string
		test func(*testing.T, browser)
	}{
		{"document", func(t *testing.T, b browser) { testDocument(t, b, report) }},
		{"without JavaScript", func(t *testing.T, b browser) { testWithoutScript(t, b, report) }},
		{"light and dark", func(t *testing.T, b browser) { testColours(t, b, report) }},
		{"narrow", func(t *testing.T, b browser) { testNarrow(t, b, report) }},
		{"filter and links", func(t *testing.T, b browser) { testFilter(t, b, report) }},
		{"marks of nodes", func(t *testing.T, b browser) { testNodeMarks(t, b, report) }},
		{"many nodes", testManyNodes},
		{"texts of faults", func(t *testing.T, b browser) { testTextsOfFaults(t, b, report) }},
		{"pictures", testPictures},
		{"narrow picture", testNarrowPicture},
		{"print", testPrint},
		{"contrast", func(t *testing.T, b browser) { testContrast(t, b, report) }},
		{"campaign", testCampaignPage},
		{"graph", testGraphPicture},
		{"texts of graphs", testGraphTexts},
	} {
		t.Run(b.name, func(t *testing.T) { b.test(t, browser{become, t.TempDir()}) })
	}
}

// writeReport makes the page of events that were recorded, with lines that would
// like to be more than text.
func writeReport(t *testing.T, file string) {
	events, err := os.Open(filepath.Join(top, "commands", "report", "testdata", "events"))
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	var seen report.Collector
	if err := seen.Read(events, nil); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := seen.Write(&b, report.About{CommandLine: "vagganet run flaky"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// browser is how one is started, and a folder for what it writes.
type browser struct {
	become []string
	dir    string
}

// start has it open a page, and returns its output and what it logs.
func (b browser) start(t *testing.T, file string, options ...string) (out, logged string) {
	t.Helper()
	words := slices.Concat(b.become, []string{"timeout", "-k", "5", "120",
		"unshare", "--net", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc",
		// Its own sandbox doesn't work as root.
		"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		// A frame with a process of its own is not in every picture as a whole.
		"--disable-features=IsolateSandboxedIframes",
		"--disable-background-networking", "--disable-component-update", "--disable-extensions",
		"--window-size=1200,900", "--enable-logging=stderr", "--user-data-dir=" + filepath.Join(b.dir, "profile")},
		options, []string{"file://" + file})
	cmd := exec.Command(words[0], words[1:]...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if b.become != nil { // what root has made is to be read here, and removed
		exec.Command(b.become[0], append(slices.Clone(b.become[1:]), "chmod", "-R", "a+rwX", b.dir)...).Run()
	}
	if err != nil {
		t.Fatalf("%q: %v\n%s", words, err, &stderr)
	}
	return stdout.String(), stderr.String()
}

// shot is a picture of a page. The browser may take it before all is there that is
// to be seen, so it is asked until two pictures are the same.
func (b browser) shot(t *testing.T, file string, options ...string) image.Image {
	t.Helper()
	name := filepath.Join(b.dir, "shot.png")
	var last image.Image
	for range 20 {
		os.Remove(name)
		_, logged := b.start(t, file, append(options, "--hide-scrollbars", "--screenshot="+name)...)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatalf("no picture: %v\n%s", err, logged)
		}
		picture, err := png.Decode(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if colours(picture) > 1 && last != nil && same(picture, last) {
			return picture
		}
		last = picture
	}
	t.Fatalf("nothing is to be seen of %s, or something else each time", file)
	return nil
}

var (
	loaded = regexp.MustCompile(`"url":"([^"]*)"`)
	// What the browser asks for by itself, every time that it is started.
	browsersOwn = regexp.MustCompile(`^https?://[a-z0-9.-]*(google|googleapis|gvt1)\.com/`)
	svgLane     = regexp.MustCompile(`<g class="lane">`)
	logLine     = regexp.MustCompile(`<li(?: id="f[0-9]+")? class="[^"]*"><time>[0-9.]*</time><b>([^<]*)</b><span>([^<]*)</span></li>`)
)

// The page's elements are those that it was made with, whatever is in the log;
// nothing is run, refused, or loaded from elsewhere.
func testDocument(t *testing.T, b browser, report string) {
	net := filepath.Join(b.dir, "net.json")
	document, logged := b.start(t, report, "--dump-dom", "--log-net-log="+net)
	if strings.Contains(logged, "CONSOLE") {
		t.Errorf("the browser has something to say:\n%s", logged)
	}
	requests, err := os.ReadFile(net)
	if err != nil || !bytes.Contains(requests, []byte(`"constants"`)) {
		t.Fatalf("no log of requests: %v", err)
	}
	for _, url := range loaded.FindAllSubmatch(requests, -1) {
		if !browsersOwn.Match(url[1]) {
			t.Errorf("it loads %s", url[1])
		}
	}
	if !strings.Contains(document, "<title>Run flaky</title>") {
		t.Error("the title is another one")
	}
	for _, element := range []string{"<script", "<img", "<iframe", " onerror", "<object", "<form"} {
		for _, tag := range regexp.MustCompile(`<[a-z][^<>]*>`).FindAllString(document, -1) {
			if strings.Contains(tag, element) {
				t.Errorf("the document has %s", tag)
			}
		}
	}
	if n := len(svgLane.FindAllString(document, -1)); n != 5 {
		t.Errorf("%d lanes", n)
	}
	if n := strings.Count(document, `<rect class="fault `); n != 8 {
		t.Errorf("%d marks of faults", n)
	}
	testLog(t, document)
}

func testLog(t *testing.T, document string) {
	said := map[string][]string{}
	for _, m := range logLine.FindAllStringSubmatch(document, -1) {
		said[m[1]] = append(said[m[1]], html.UnescapeString(m[2]))
	}
	want := []string{
		`<script>document.title="owned";fetch("http://127.0.0.1:1/x")</script><img src=x onerror=alert(1)>`,
		"red  {{.}} </li></ol> &lt; bell^G nul^@ \uFFFDdesrever ü ",
	}
	for _, text := range want {
		if !slices.Contains(said["bob"], text) {
			t.Errorf("bob doesn't say %q, but %q", text, said["bob"])
		}
	}
	if !slices.Contains(said[""], "partition isolate bob (for 3s)") {
		t.Errorf("no mark of a fault in the log: %q", said[""])
	}
}

// In a frame that may run no scripts, the page looks the same.
func testWithoutScript(t *testing.T, b browser, report string) {
	frame := func(name, attribute string) image.Image {
		file := filepath.Join(b.dir, name)
		text := `<body style="margin:0"><iframe ` + attribute + ` style="border:0;width:1200px;height:900px" src="file://` + report + `"></iframe>`
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return b.shot(t, file)
	}
	with, without := frame("with.html", ""), frame("without.html", "sandbox")
	if n := colours(without); n < 50 {
		t.Errorf("%d colours: is there anything to see?", n)
	}
	if !same(with, without) {
		t.Error("it looks different")
	}
}

// testColours has the page in both schemes of colours.
func testColours(t *testing.T, b browser, report string) {
	for scheme, want := range map[string]color.Color{
		"1": color.RGBA{0xff, 0xff, 0xff, 0xff},
		"0": color.RGBA{0x14, 0x18, 0x1d, 0xff},
	} {
		got := b.shot(t, report, "--blink-settings=preferredColorScheme="+scheme)
		if !sameColour(got.At(2, 2), want) {
			t.Errorf("scheme %s: the paper is %v, not %v", scheme, got.At(2, 2), want)
		}
	}
}

// ask has a script look at the page, which gets it as "page", and returns what it finds. The
// page itself lets no script run: it is in a frame of that width.
func (b browser) ask(t *testing.T, report string, width int, script string, options ...string) string {
	t.Helper()
	file := filepath.Join(b.dir, "ask.html")
	text := fmt.Sprintf(`<iframe width="%d" height="900" src="file://%s"></iframe><pre></pre><script>
		onload = () => {
			const frame = document.querySelector("iframe").contentWindow, page = frame.document, found = [];
			%s
			document.querySelector("pre").textContent = "found: " + found.join(" ");
		}
	</script>`, width, report, script)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	document, logged := b.start(t, file, append(options, "--allow-file-access-from-files", "--dump-dom")...)
	_, found, ok := strings.Cut(document, "<pre>found: ")
	if !ok {
		t.Fatalf("the script found nothing:\n%s", logged)
	}
	found, _, _ = strings.Cut(found, "</pre>")
	return html.UnescapeString(found)
}

// On a phone neither the page nor a table is wider than it, and each cell has its
// heading; where there is room, it stands above.
func testNarrow(t *testing.T, b browser, report string) {
	const script = `
		for (const e of [page.documentElement, ...page.querySelectorAll("table, .log")])
			if (e.scrollWidth > page.documentElement.clientWidth) found.push("wide:" + (e.className || e.tagName));
		for (const table of page.querySelectorAll("table")) {
			const names = [...table.querySelectorAll("th")].map(e => JSON.stringify(e.textContent));
			const cells = [...table.querySelectorAll("tbody tr:first-child td")];
			found.push(cells.every((e, i) => frame.getComputedStyle(e, "::before").content == names[i]) ? "rows" : "columns");
			if (!table.caption || [...table.querySelectorAll("th")].some(e => e.scope != "col")) found.push("nameless");
		}`
	for width, want := range map[int]string{360: "rows ", 1000: "columns ", 1400: "columns "} {
		if got := b.ask(t, report, width, script); got != strings.TrimSpace(strings.Repeat(want, 4)) {
			t.Errorf("%d pixels: %s, and not all %s", width, got, want)
		}
	}
}

// The page about a campaign has a square for each seed, which leads to the report about it,
// and no table that scrolls sideways.
func testCampaignPage(t *testing.T, b browser) {
	dir := t.TempDir()
	var results strings.Builder
	for seed := range 300 {
		verdict, folder := "passed", ""
		if seed%50 == 7 {
			verdict, folder = "failed", fmt.Sprintf("seed-%d", seed)
			if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
				t.Fatal(err)
			}
			writeReport(t, filepath.Join(dir, folder, "report.html"))
		}
		fmt.Fprintf(&results, `{"seed":%d,"verdict":%q,"why":"<b>client</b> ended","repeat":"vagganet run --isolated --seed %d --faults a-long-name-of-a-file.yaml flaky",`+
			`"folder":%q,"faults":[{"what":"isolate @any --seed 4","whom":"a | b","seconds":1}]}`+"\n", seed, verdict, seed, folder)
	}
	for name, text := range map[string]string{"campaign.json": `{"command":"flaky","seeds":"0-299","nodes":["a","b"]}`, "results.jsonl": results.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := campaign.Summarize([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "page.html")
	var text bytes.Buffer
	if err := s.WritePage(&text, dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(page, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	const script = `
		for (const e of [page.documentElement, ...page.querySelectorAll("table, .seeds")])
			if (e.scrollWidth > page.documentElement.clientWidth) found.push("wide:" + (e.className || e.tagName));
		for (const table of page.querySelectorAll("table"))
			if (!table.caption || [...table.querySelectorAll("th")].some(e => e.scope != "col")) found.push("nameless");
		const colour = e => frame.getComputedStyle(e).backgroundColor;
		found.push(page.querySelectorAll(".seeds li").length, page.querySelectorAll(".seeds a").length, page.querySelectorAll("table a").length);
		found.push(new Set([...page.querySelectorAll(".seeds li")].map(colour)).size, page.querySelector(".seeds a").getAttribute("href"));
		found.push(page.querySelectorAll("td b").length, page.querySelector(".seeds a").getBoundingClientRect().width);`
	for _, width := range []int{360, 1000} {
		if got, want := b.ask(t, page, width, script), "300 6 6 2 seed-7/report.html 0 12"; got != want {
			t.Errorf("%d pixels: %s, and not %s", width, got, want)
		}
	}
}

// The log can be that of one child, in which faults are still there; and each fault
// leads to its line, in the timeline by way of its picture.
func testFilter(t *testing.T, b browser, report string) {
	got := b.ask(t, report, 1200, `
		const shown = () => new Set([...page.querySelectorAll(".log li")].filter(e => e.checkVisibility()).map(e => e.querySelector("b").textContent || "-"));
		found.push([...shown()].sort().join());
		[...page.querySelectorAll("label")].find(e => e.textContent.trim() == "bob").click();
		found.push([...shown()].sort().join());
		page.querySelector("label").click();
		found.push([...shown()].sort().join());
		const to = a => page.querySelector(a.getAttribute("href"));
		const row = e => e.matches(".picture") ? row(to(e.querySelector('[href^="#f"]'))) : e.matches(".log li") && e.textContent.slice(0, 6);
		for (const from of [".timeline a", ".faults td:first-child a"])
			found.push([...page.querySelectorAll(from)].map(a => row(to(a))).join());`)
	const all, starts = "-,alice,bob,carol,client,cutter", "2.000p,6.000s,7.000p,7.500p,8.500p,10.000,10.700,11.000"
	if want := strings.Join([]string{all, "-,bob", all, starts, starts}, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// That a node is down or paused is seen by a pattern, each by its own, and read.
func testNodeMarks(t *testing.T, b browser, report string) {
	got := b.ask(t, report, 1200, `
		for (const how of ["down", "paused"]) {
			const rect = page.querySelector(".lane rect." + how), size = rect.getBoundingClientRect();
			const pattern = page.querySelector(frame.getComputedStyle(rect).fill.match(/#\w+/)[0]);
			found.push(pattern.tagName, pattern.id, size.width > 9 && size.height > 9, rect.nextSibling.textContent);
		}`)
	if want := "pattern hatched true down pattern striped true paused"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func sameColour(a, b color.Color) bool {
	r, g, bl, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	return r == r2 && g == g2 && bl == b2
}

func each(i image.Image, f func(x, y int)) {
	for y := i.Bounds().Min.Y; y < i.Bounds().Max.Y; y++ {
		for x := i.Bounds().Min.X; x < i.Bounds().Max.X; x++ {
			f(x, y)
		}
	}
}

func same(a, b image.Image) bool {
	equal := a.Bounds() == b.Bounds()
	each(a, func(x, y int) { equal = equal && sameColour(a.At(x, y), b.At(x, y)) })
	return equal
}

func has(i image.Image, c color.Color) bool {
	found := false
	each(i, func(x, y int) { found = found || sameColour(i.At(x, y), c) })
	return found
}

func colours(i image.Image) int {
	seen := map[color.Color]bool{}
	each(i, func(x, y int) { seen[i.At(x, y)] = true })
	return len(seen)
}
