package links

import (
	"slices"
	"sort"
	"strings"
)

// InOrder returns names in the order in which a person counts: n2 before n10.
func InOrder(names []string) []string {
	names = slices.Clone(names)
	sort.Slice(names, func(i, j int) bool { return counted(names[i], names[j]) < 0 })
	return names
}

// counted compares names piece by piece, a number by its value.
func counted(a, b string) int {
	wholeA, wholeB := a, b
	for a != "" && b != "" {
		digitsA, digitsB := leading(a), leading(b)
		if digitsA == "" || digitsB == "" {
			if a[0] != b[0] {
				return strings.Compare(a, b)
			}
			a, b = a[1:], b[1:]
			continue
		}
		valueA, valueB := strings.TrimLeft(digitsA, "0"), strings.TrimLeft(digitsB, "0")
		if len(valueA) != len(valueB) {
			return len(valueA) - len(valueB)
		}
		if valueA != valueB {
			return strings.Compare(valueA, valueB)
		}
		a, b = a[len(digitsA):], b[len(digitsB):]
	}
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(wholeA, wholeB) // n1 and n01
}

// leading returns the digits at the beginning of a text.
func leading(text string) string { return text[:len(text)-len(strings.TrimLeft(text, digits))] }

const digits = "0123456789"
