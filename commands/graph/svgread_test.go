package graph

import (
	"encoding/xml"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// seen is what is to be seen of a picture.
type seen struct {
	view  area
	rects []seenRect
	texts []seenText
	paths map[string][]segments
}

type seenRect struct {
	area
	class string
	group int // the element that it is in; 0 outside of groups
}

type seenText struct {
	turnedArea
	class, text string
	turned      bool
	group       int
}

// segments is one piece of a path.
type segments []point

func (s segments) first() point { return s[0] }
func (s segments) last() point  { return s[len(s)-1] }

// turnedArea is a rectangle around a point, w in the direction of ux and uy.
type turnedArea struct{ x, y, w, h, ux, uy float64 }

// reach is how far it goes from its middle in a direction.
func (a turnedArea) reach(ux, uy float64) float64 {
	return a.w*math.Abs(a.ux*ux+a.uy*uy) + a.h*math.Abs(a.ux*uy-a.uy*ux)
}

// meets reports whether two have something in common: whether no direction parts them.
func (a turnedArea) meets(b turnedArea) bool {
	for _, d := range [][2]float64{{a.ux, a.uy}, {-a.uy, a.ux}, {b.ux, b.uy}, {-b.uy, b.ux}} {
		if math.Abs((b.x-a.x)*d[0]+(b.y-a.y)*d[1]) >= a.reach(d[0], d[1])+b.reach(d[0], d[1])-0.1 {
			return false
		}
	}
	return true
}

func (a turnedArea) outside(b area) bool {
	return math.Abs(a.x-b.x)+a.reach(1, 0) > b.w+0.2 || math.Abs(a.y-b.y)+a.reach(0, 1) > b.h+0.2
}

func (a area) turned() turnedArea { return turnedArea{a.x, a.y, a.w, a.h, 1, 0} }

var pathPoint = regexp.MustCompile(`([MLmlhv])(-?[0-9.]+) ?(-?[0-9.]+)?`)

// read reads a picture as a browser does, with texts as wide as they may be.
func read(t *testing.T, picture string) seen {
	t.Helper()
	s := seen{paths: map[string][]segments{}}
	in := xml.NewDecoder(strings.NewReader(picture))
	var text *seenText
	group, groups := 0, 0
	for {
		token, err := in.Token()
		if token == nil {
			if err.Error() != "EOF" {
				t.Fatal(err)
			}
			return s
		}
		switch e := token.(type) {
		case xml.StartElement:
			a := map[string]string{}
			for _, attribute := range e.Attr {
				a[attribute.Name.Local] = attribute.Value
			}
			num := func(name string) float64 { f, _ := strconv.ParseFloat(a[name], 64); return f }
			switch e.Name.Local {
			case "svg":
				var x, y, w, h float64
				fmt.Sscan(a["viewBox"], &x, &y, &w, &h)
				s.view = area{x + w/2, y + h/2, w / 2, h / 2}
			case "g":
				groups++
				group = groups
			case "rect":
				w, h := num("width")/2, num("height")/2
				s.rects = append(s.rects, seenRect{area{num("x") + w, num("y") + h, w, h}, a["class"], group})
			case "text":
				text = &seenText{turnedArea{num("x"), num("y"), 0, 0, 1, 0}, a["class"], "", false, group}
				if turn := strings.Fields(strings.Trim(strings.TrimPrefix(a["transform"], "rotate("), ")")); len(turn) > 0 {
					degrees, _ := strconv.ParseFloat(turn[0], 64)
					text.uy, text.ux = math.Sincos(degrees * math.Pi / 180)
					text.turned = true
				}
			case "path":
				s.paths[a["class"]] = append(s.paths[a["class"]], pieces(a["d"])...)
			}
		case xml.CharData:
			if text != nil {
				text.text += string(e)
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "g":
				group = 0
			case "text":
				text.measure()
				s.texts = append(s.texts, *text)
				text = nil
			}
		}
	}
}

// measure sets what a text takes up: from where its letters stand, and by its anchor.
func (t *seenText) measure() {
	size := 11.0
	if strings.Contains(t.class, "note") {
		size = 10
	}
	t.w, t.h = textWidth(t.text, size)/2, size/2
	// The turn is around the middle of the height, at the anchor.
	t.y -= size * baseline
	along := 0.0
	switch {
	case strings.Contains(t.class, "left"):
		along = t.w
	case strings.Contains(t.class, "right"):
		along = -t.w
	}
	t.x, t.y = t.x+along*t.ux, t.y+along*t.uy
}

func pieces(d string) []segments {
	var all []segments
	var at point
	for _, m := range pathPoint.FindAllStringSubmatch(d, -1) {
		x, _ := strconv.ParseFloat(m[2], 64)
		y, _ := strconv.ParseFloat(m[3], 64)
		switch m[1] {
		case "M", "L":
			at = point{x, y}
		case "m", "l":
			at = point{at.x + x, at.y + y}
		case "h":
			at.x += x
		case "v":
			at.y += x
		}
		if strings.EqualFold(m[1], "m") {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], at)
	}
	return all
}
