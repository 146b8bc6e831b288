package main

// Tagged values (SPEC.md, annex C.1).

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
)

type bigInteger string // an integer beyond ±(2^53−1), in decimal digits
type rawBytes string   // bytes, where the operation takes text or bytes
type foreign struct{}  // what is not a JSON value

var tags = map[string]func(given any, of any) any{
	"$double":  func(given, _ any) any { return double(given.(string)) },
	"$integer": func(given, _ any) any { return integer(given.(string)) },
	"$utf16":   func(given, _ any) any { return utf16Text(unhex(given.(string))) },
	"$bytes":   func(given, _ any) any { return rawBytes(unhex(given.(string))) },
	"$other":   func(_, _ any) any { return foreign{} },
	"$nest":    func(given, of any) any { return nest(given.(int64), of) },
	"$repeat":  func(given, of any) any { return strings.Repeat(of.(string), int(given.(int64))) },
}

// Members are untagged themselves, and Go has no such cycles among initial values.
func init() { tags["$members"] = func(given, _ any) any { return members(given.(array)) } }

// untag puts the values in the place of their tags.
func untag(value any) any {
	switch value := value.(type) {
	case array:
		items := make(array, len(value))
		for i, item := range value {
			items[i] = untag(item)
		}
		return items
	case object:
		for name, given := range value {
			if tag, is := tags[name]; is {
				return tag(given, untag(value["of"]))
			}
		}
		out := object{}
		for name, item := range value {
			out[name] = untag(item)
		}
		return out
	}
	return value
}

func textOrBytes(value any) (text string, isBytes bool) {
	switch value := untag(value).(type) {
	case string:
		return value, false
	case rawBytes:
		return string(value), true
	}
	refuse("json.type")
	return
}

func double(text string) any {
	value, _ := strconv.ParseFloat(text, 64)
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return value
	}
	return narrow(value)
}

func unhex(text string) []byte {
	value, err := hex.DecodeString(text)
	if err != nil {
		refuse("json.type")
	}
	return value
}

func utf16Text(units []byte) string {
	var out []byte
	for i := 0; i+1 < len(units); i += 2 {
		unit := rune(units[i])<<8 | rune(units[i+1])
		if unit>>10 == 0xd800>>10 && i+3 < len(units) {
			low := rune(units[i+2])<<8 | rune(units[i+3])
			if low>>10 == 0xdc00>>10 {
				unit = 0x10000 + (unit&0x3ff)<<10 + low&0x3ff
				i += 2
			}
		}
		out = appendRune(out, unit)
	}
	return string(out)
}

// members is the object, or what is no JSON value if a name is no string.
func members(pairs array) any {
	out := object{}
	for _, pair := range pairs {
		name, is := untag(pair.(array)[0]).(string)
		if !is {
			return foreign{}
		}
		out[name] = untag(pair.(array)[1])
	}
	return out
}

func nest(times int64, value any) any {
	for ; times > 0; times-- {
		value = array{value}
	}
	return value
}
