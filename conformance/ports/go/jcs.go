package main

// Canonical text and canonical strings (SPEC.md, section 5.2).

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// canonicalText is the RFC 8785 serialisation of a value, which is refused if it has none.
func canonicalText(value any) string {
	var out strings.Builder
	write(&out, value, 0, maxDepth)
	return out.String()
}

// serialise writes an answer, however deep it is nested.
func serialise(value any) string {
	var out strings.Builder
	write(&out, value, 0, math.MaxInt32)
	return out.String()
}

// canonicalString is the string itself, or the canonical text of any other value.
func canonicalString(value any) string {
	if text, is := value.(string); is {
		return whole(text)
	}
	return canonicalText(value)
}

// whole refuses a string with a lone surrogate.
func whole(text string) string {
	if !utf8.ValidString(text) {
		refuse("json.surrogate")
	}
	return text
}

func write(out *strings.Builder, value any, depth, limit int) {
	switch value := value.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(value))
	case int64:
		out.WriteString(strconv.FormatInt(value, 10))
	case bigInteger:
		refuse("json.integer_range")
	case float64:
		out.WriteString(doubleText(value))
	case string:
		quote(out, value)
	case array:
		enter(depth, limit)
		out.WriteByte('[')
		for i, item := range value {
			comma(out, i)
			write(out, item, depth+1, limit)
		}
		out.WriteByte(']')
	case object:
		enter(depth, limit)
		out.WriteByte('{')
		for i, name := range sortedUTF16(keys(value)) {
			comma(out, i)
			quote(out, name)
			out.WriteByte(':')
			write(out, value[name], depth+1, limit)
		}
		out.WriteByte('}')
	default:
		refuse("json.type")
	}
}

func enter(depth, limit int) {
	if depth >= limit {
		refuse("json.depth")
	}
}

func comma(out *strings.Builder, i int) {
	if i > 0 {
		out.WriteByte(',')
	}
}

func quote(out *strings.Builder, text string) {
	out.WriteByte('"')
	for _, char := range whole(text) {
		if i := strings.IndexRune("\b\t\n\f\r\"\\", char); i >= 0 {
			out.WriteByte('\\')
			out.WriteByte(`btnfr"\`[i])
		} else if char < ' ' {
			fmt.Fprintf(out, `\u%04x`, char)
		} else {
			out.WriteRune(char)
		}
	}
	out.WriteByte('"')
}

// doubleText writes a double as Number::toString of ECMA-262 does.
func doubleText(value float64) string {
	switch {
	case math.IsNaN(value):
		refuse("json.nan")
	case math.IsInf(value, 0):
		refuse("json.infinity")
	case value == 0:
		return "0"
	case value < 0:
		return "-" + doubleText(-value)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(value, 'e', -1, 64), "e")
	digits := strings.Replace(mantissa, ".", "", 1)
	power, _ := strconv.Atoi(exponent)
	point := power + 1
	switch {
	case len(digits) <= point && point <= 21:
		return digits + strings.Repeat("0", point-len(digits))
	case 0 < point && point <= 21:
		return digits[:point] + "." + digits[point:]
	case -6 < point && point <= 0:
		return "0." + strings.Repeat("0", -point) + digits
	case len(digits) > 1:
		digits = digits[:1] + "." + digits[1:]
	}
	return digits + fmt.Sprintf("e%+d", power)
}

func keys[V any](of map[string]V) []string {
	names := make([]string, 0, len(of))
	for name := range of {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func sortedUTF16(names []string) []string {
	sort.Slice(names, func(i, j int) bool { return lessUTF16(names[i], names[j]) })
	return names
}

func lessUTF16(a, b string) bool {
	one, other := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := 0; i < len(one) && i < len(other); i++ {
		if one[i] != other[i] {
			return one[i] < other[i]
		}
	}
	return len(one) < len(other)
}

func opJCS(input object) object {
	return object{"text": canonicalText(untag(input["value"]))}
}

func opCanonical(input object) object {
	return object{"text": canonicalString(untag(input["value"]))}
}
