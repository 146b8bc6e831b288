package main

// Reading JSON text (SPEC.md, section 5.1). Strings are UTF-8 in which a lone surrogate stands as
// the three bytes that UTF-8 would have for it, so that utf8.ValidString finds it.

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxSafe = 1<<53 - 1
const maxDepth = 64

// number is the longest token that the grammar allows; group 2 tells integers apart.
var number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)((\.[0-9]+)?([eE][+-]?[0-9]+)?)`)

// A reader reads one text; trusting, it reads the runner's messages, which need no limits.
type reader struct {
	text     string
	at       int
	deep     int
	trusting bool
}

// decode reads JSON text whose encoding and size are right.
func decode(text string) any { return (&reader{text: text}).document() }

func parseMessage(line string) any { return (&reader{text: line, trusting: true}).document() }

func (r *reader) document() any {
	value := r.value()
	r.space()
	if r.at < len(r.text) {
		refuse("json.syntax")
	}
	return value
}

func (r *reader) space() {
	for r.at < len(r.text) && strings.IndexByte(" \t\n\r", r.text[r.at]) >= 0 {
		r.at++
	}
}

// peek is the next byte, and 0 at the end.
func (r *reader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *reader) take(word string) bool {
	if !strings.HasPrefix(r.text[r.at:], word) {
		return false
	}
	r.at += len(word)
	return true
}

func (r *reader) expect(word string) {
	if !r.take(word) {
		refuse("json.syntax")
	}
}

func (r *reader) value() any {
	r.space()
	switch r.peek() {
	case '{':
		return r.object()
	case '[':
		return r.array()
	case '"':
		return r.string()
	}
	switch {
	case r.take("true"):
		return true
	case r.take("false"):
		return false
	case r.take("null"):
		return nil
	case r.take("NaN"):
		refuse("json.nan")
	case r.take("Infinity"), r.take("-Infinity"):
		refuse("json.infinity")
	}
	return r.number()
}

func (r *reader) enter() {
	r.at++
	r.deep++
	if r.deep > maxDepth && !r.trusting {
		refuse("json.depth")
	}
	r.space()
}

func (r *reader) array() any {
	r.enter()
	items := array{}
	for r.peek() != ']' {
		if len(items) > 0 {
			r.expect(",")
		}
		items = append(items, r.value())
		r.space()
	}
	r.at++
	r.deep--
	return items
}

func (r *reader) object() any {
	r.enter()
	members := object{}
	for r.peek() != '}' {
		if len(members) > 0 {
			r.expect(",")
			r.space()
		}
		name := r.string()
		if _, twice := members[name]; twice {
			refuse("json.duplicate")
		}
		r.space()
		r.expect(":")
		members[name] = r.value()
		r.space()
	}
	r.at++
	r.deep--
	return members
}

func (r *reader) number() any {
	found := number.FindStringSubmatch(r.text[r.at:])
	if found == nil {
		refuse("json.syntax")
	}
	r.at += len(found[0])
	if found[2] == "" {
		return r.integer(found[0])
	}
	double, _ := strconv.ParseFloat(found[0], 64)
	if math.IsInf(double, 0) {
		refuse("json.number_range")
	}
	return narrow(double)
}

func (r *reader) integer(token string) any {
	value := integer(token)
	if _, big := value.(bigInteger); big && !r.trusting {
		refuse("json.integer_range")
	}
	return value
}

// integer is the value of an integer token: a bigInteger beyond ±(2^53−1).
func integer(token string) any {
	value, err := strconv.ParseInt(token, 10, 64)
	if err != nil || value > maxSafe || value < -maxSafe {
		return bigInteger(token)
	}
	return value
}

// narrow reads a double that is integral and within ±(2^53−1) as that integer.
func narrow(double float64) any {
	if double == math.Trunc(double) && math.Abs(double) <= maxSafe {
		return int64(double)
	}
	return double
}

func (r *reader) string() string {
	r.expect(`"`)
	var out []byte
	for r.peek() != '"' {
		if r.peek() < ' ' {
			refuse("json.syntax")
		}
		if r.peek() == '\\' {
			out = r.escape(out)
		} else {
			out = append(out, r.text[r.at])
			r.at++
		}
	}
	r.at++
	if !utf8.Valid(out) {
		refuse("json.surrogate")
	}
	return string(out)
}

func (r *reader) escape(out []byte) []byte {
	r.at++
	if i := strings.IndexByte(`"\/bfnrt`, r.peek()); i >= 0 && r.at < len(r.text) {
		r.at++
		return append(out, "\"\\/\b\f\n\r\t"[i])
	}
	r.expect("u")
	high := r.hex4()
	if high>>10 == 0xd800>>10 && strings.HasPrefix(r.text[r.at:], `\u`) {
		before := r.at
		r.at += 2
		if low := r.hex4(); low>>10 == 0xdc00>>10 {
			return appendRune(out, 0x10000+(high&0x3ff)<<10+low&0x3ff)
		}
		r.at = before
	}
	return appendRune(out, high)
}

func (r *reader) hex4() rune {
	if r.at+4 > len(r.text) {
		refuse("json.syntax")
	}
	value, err := strconv.ParseUint(r.text[r.at:r.at+4], 16, 16)
	if err != nil {
		refuse("json.syntax")
	}
	r.at += 4
	return rune(value)
}

// appendRune is utf8.AppendRune, for surrogates too.
func appendRune(out []byte, char rune) []byte {
	if char>>11 == 0xd800>>11 {
		return append(out, 0xe0|byte(char>>12), 0x80|byte(char>>6)&0x3f, 0x80|byte(char)&0x3f)
	}
	return utf8.AppendRune(out, char)
}

func opDecode(input object) object {
	text, isBytes := textOrBytes(input["text"])
	limit := int64(16 << 20)
	if given, is := input["limit"].(int64); is {
		limit = given
	}
	if int64(len(text)) > limit {
		refuse("json.size")
	}
	if isBytes && !utf8.ValidString(text) {
		refuse("json.utf8")
	}
	return object{"value": decode(text)}
}
