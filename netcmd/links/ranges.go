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
	prefix := strings.TrimRight(name, digits)
	number := []byte(name[len(prefix):])
	for i := len(number) - 1; i >= 0; i-- {
		if number[i] < '9' {
			number[i]++
			return prefix + string(number)
		}
		number[i] = '0'
	}
	if len(number) == 0 {
		return ""
	}
	return prefix + "1" + string(number)
}
