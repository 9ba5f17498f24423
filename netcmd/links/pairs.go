package links

import (
	"fmt"
	"slices"
	"strings"
)

// Row is what a node sends to others, or for an uplink, which has no To, what it sends
// and gets from outside. How is a How, or what a Shape does in words: empty for links
// that work, or have no shape.
type Row struct {
	From string   `json:"from"`
	To   []string `json:"to,omitempty"`
	How  string   `json:"how"`
}

// Pairs reads links as they are written on a command line, such as "a:b" for
// what a sends to b, "a,b:c" for what both send to c, and "all:a" for what
// everybody sends to a. "*" is "all", also where a guest is called all. The rows are
// never nil, and may be of the same links.
func Pairs(guests []string, words []string, how string) ([]Row, error) {
	rows := []Row{}
	for _, word := range words {
		from, to, found := strings.Cut(word, ":")
		if !found || from == "" || to == "" || strings.Contains(to, ":") {
			return nil, fmt.Errorf("%q is no link: write a:b for what a sends to b", word)
		}
		senders, err := nodeList(guests, from)
		if err != nil {
			return nil, err
		}
		receivers, err := nodeList(guests, to)
		if err != nil {
			return nil, err
		}
		if named := !MeansAll(guests, from) && !MeansAll(guests, to); named && len(senders) == 1 && slices.Equal(senders, receivers) {
			return nil, fmt.Errorf("%q is no link: what a node sends to itself is never cut", word)
		}
		for _, a := range senders {
			others := slices.DeleteFunc(slices.Clone(receivers), func(b string) bool { return a == b })
			if len(others) > 0 {
				rows = append(rows, Row{a, others, how})
			}
		}
	}
	return rows, nil
}

// MeansAll reports whether a word stands for all guests.
func MeansAll(guests []string, word string) bool {
	return word == "*" || word == "all" && !slices.Contains(guests, word)
}

// NoGuestError is the error that there is no guest of that name.
type NoGuestError struct {
	Guests []string
	Name   string
}

func (e *NoGuestError) Error() string {
	return fmt.Sprintf("no guest is called %q: there are %s", e.Name, Brief(e.Guests, ", "))
}

// Help returns the cure where a list of names was taken for one; empty for others.
func (e *NoGuestError) Help() string {
	if !strings.ContainsAny(e.Name, ",|") {
		return ""
	}
	return "nodes stand with spaces between them, and clusters with --, as in: split a b -- c d"
}

// NoGuest returns a NoGuestError.
func NoGuest(guests []string, name string) error { return &NoGuestError{guests, name} }

// nodeList reads names with commas between them, or the word for all.
func nodeList(guests []string, text string) ([]string, error) {
	if MeansAll(guests, text) {
		return guests, nil
	}
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		switch {
		case !slices.Contains(guests, name):
			return nil, NoGuest(guests, name)
		case !slices.Contains(names, name):
			names = append(names, name)
		}
	}
	return names, nil
}
