package links

import "strings"

// Ranges returns names with those that are counted up in one piece: n1, n2 and n3 as
// "n1–n3". Names that are not in a row stay as they are, and so do two.
func Ranges(names []string) []string {
	var pieces []string
	for first := 0; first < len(names); {
		end := first + 1
		for end < len(names) && names[end] == successor(names[end-1]) {
			end++
		}
		if end-first > 2 {
			pieces = append(pieces, names[first]+"–"+names[end-1])
		} else {
			pieces = append(pieces, names[first:end]...)
		}
		first = end
	}
	return pieces
}

// successor counts the number at the end of a name up by one: n9 to n10, n09 to n10. It is
// empty where there is no number.
func successor(name string) string {
	digits := []byte(name[len(strings.TrimRight(name, "0123456789")):])
	prefix := name[:len(name)-len(digits)]
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i] < '9' {
			digits[i]++
			return prefix + string(digits)
		}
		digits[i] = '0'
	}
	if len(digits) == 0 {
		return ""
	}
	return prefix + "1" + string(digits)
}
