package graph

import (
	"bytes"
	"encoding/json"

	"vagganet/commands/groups"
	"vagganet/netcmd/links"
)

// Picture is what graph --format json prints.
type Picture struct {
	Run string `json:"run"`
	// Form is what the network looks like: one of the forms of a groups.View.
	Form  groups.Form   `json:"form"`
	Nodes []PictureNode `json:"nodes"`
	// Groups are nodes whose links are alike, in the order of the form: of a star its middle
	// first, of a bridge its middle second, of a ring as they stand in it.
	Groups []PictureGroup `json:"groups"`
	// Shape is that of all links, if it is the same and they differ in how they are cut:
	// Links and Groups then leave it out. Else it is empty.
	Shape string `json:"shape"`
	// Links are those that do not work as usual.
	Links []PictureLinks `json:"links"`
}

// PictureNode is a node, by its name.
type PictureNode struct {
	Name string `json:"name"`
	// Group is which of Picture.Groups has it, from 0 on.
	Group int `json:"group"`
	// State is Down, Paused, or empty for neither.
	State string `json:"state"`
	// Uplink is how it is cut off from host and internet: drop, reject or new; empty for not.
	Uplink links.How `json:"uplink"`
}

// PictureGroup is nodes whose links are alike, and what those between them are like.
type PictureGroup struct {
	Nodes  []string    `json:"nodes"`
	Inside groups.Link `json:"inside"`
}

// PictureLinks is what each of From sends to each of To, and with Both what they send back.
type PictureLinks struct {
	From []string `json:"from"`
	To   []string `json:"to"`
	Both bool     `json:"both"`
	groups.Link
}

// inJSON draws for programs.
func inJSON(n Network) string {
	p := Picture{Run: n.Run, Form: n.Form, Shape: n.Shared, Nodes: []PictureNode{}, Groups: []PictureGroup{}, Links: []PictureLinks{}}
	group := make([]int, len(n.Nodes))
	for i, g := range n.Groups {
		p.Groups = append(p.Groups, PictureGroup{n.Names(g.Nodes), g.Inside})
		for _, node := range g.Nodes {
			group[node] = i
		}
	}
	for i, name := range n.Nodes {
		p.Nodes = append(p.Nodes, PictureNode{name, group[i], n.Marks[name], n.Uplinks[name]})
	}
	for _, r := range n.Rows() {
		p.Links = append(p.Links, PictureLinks{r.From, r.To, r.Both, r.Link})
	}
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(p); err != nil {
		panic(err) // texts and numbers always have a JSON form
	}
	return b.String()
}
