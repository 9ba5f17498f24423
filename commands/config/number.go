package config

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// units are the suffixes of vagga's numbers; those with an i are powers of two.
var units = []struct {
	suffix string
	factor int64
}{
	{"Ki", 1 << 10}, {"ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30},
	{"k", 1e3}, {"M", 1e6}, {"G", 1e9},
}

var zeroFirst = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^-?0[0-9_]`)
})

// number reads an integer in the forms vagga has for them: 1_000, 0x10, 0o17,
// 0b1, 100Mi, 2 k. A zero in front of decimal digits is refused, because it
// means octal to one reader and nothing to the next.
func number(text string) (int64, bool) {
	factor := int64(1)
	for _, u := range units {
		if digits, ok := strings.CutSuffix(text, u.suffix); ok {
			text, factor = strings.TrimRight(digits, " "), u.factor
			break
		}
	}
	if zeroFirst().MatchString(text) {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil || n > math.MaxInt64/factor || n < math.MinInt64/factor {
		return 0, false
	}
	return n * factor, true
}

var octal = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^0o?[0-7]{1,4}$`)
})

// fileMode reads 0o755 or 0755. Digits without the zero are refused: vagga
// takes them as decimal, people mean them as octal.
func fileMode(text string) (os.FileMode, bool) {
	if !octal().MatchString(text) {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 0, 12)
	return os.FileMode(n), err == nil && n <= 0o1777
}

// portNumber reads a port in plain decimal digits, 1 to 65535.
func portNumber(text string) (uint16, bool) {
	n, err := strconv.ParseUint(text, 10, 16)
	return uint16(n), err == nil && text[0] != '0'
}
