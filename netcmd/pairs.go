package netcmd

import (
	"fmt"
	"slices"
	"strings"
)

// Pairs reads links as they are written on a command line, such as "a:b" for
// what a sends to b, "a,b:c" for what both send to c, and "all:a" for what
// everybody sends to a. "*" is "all", also where a guest is called all.
func Pairs(guests []string, words []string, s State) ([]Link, error) {
	var links []Link
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
		if len(senders) == 1 && slices.Equal(senders, receivers) && from == to {
			return nil, fmt.Errorf("%q is no link: what a node sends to itself is never cut", word)
		}
		for _, a := range senders {
			for _, b := range receivers {
				if a != b {
					links = append(links, Link{a, b, s})
				}
			}
		}
	}
	return links, nil
}

// MeansAll says whether a word stands for all guests.
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

// NoGuest returns a NoGuestError.
func NoGuest(guests []string, name string) error { return &NoGuestError{guests, name} }

// nodeList reads names with commas between them, or the word for all.
func nodeList(guests []string, text string) ([]string, error) {
	if MeansAll(guests, text) {
		return guests, nil
	}
	names := strings.Split(text, ",")
	for _, name := range names {
		if !slices.Contains(guests, name) {
			return nil, NoGuest(guests, name)
		}
	}
	return names, nil
}
