package main

// Coercion of context parameters (SPEC.md, section 5.3).

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	integerForm = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)
	numberForm  = regexp.MustCompile(`^-?(0|[1-9][0-9]*)((\.[0-9]+)?([eE][+-]?[0-9]+)?)$`)
	uuidForm    = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	decimalForm = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
)

var coercions = map[string]func(kind object, value any) any{
	"boolean":  coerceBoolean,
	"integer":  coerceInteger,
	"number":   coerceNumber,
	"string":   func(_ object, value any) any { return whole(textOf(value)) },
	"choice":   coerceChoice,
	"uuid":     func(_ object, value any) any { return strings.ToLower(lexical(uuidForm, value)) },
	"date":     func(_ object, value any) any { return coerceDate(textOf(value)) },
	"datetime": func(_ object, value any) any { return coerceDateTime(textOf(value)) },
	"decimal":  coerceDecimal,
}

// A list is coerced by coerce, which looks the types up: Go has no such cycles among initial values.
func init() { coercions["list"] = coerceList }

// coerce gives the canonical value of a parameter of that type; nil is no value.
func coerce(kind object, nullable bool, value any) any {
	if value == nil {
		if !nullable {
			refuse("coerce.null")
		}
		return nil
	}
	return coercions[kind["type"].(string)](kind, value)
}

// textOf is the text of a value that has to be a string.
func textOf(value any) string {
	text, is := value.(string)
	if !is {
		refuse("coerce.type")
	}
	return text
}

func lexical(form *regexp.Regexp, value any) string {
	text := textOf(value)
	if !form.MatchString(text) {
		refuse("coerce.lexical")
	}
	return text
}

func coerceBoolean(_ object, value any) any {
	if is, boolean := value.(bool); boolean {
		return is
	}
	text := textOf(value)
	if text != "true" && text != "false" {
		refuse("coerce.lexical")
	}
	return text == "true"
}

func coerceInteger(_ object, value any) any {
	switch value := value.(type) {
	case int64:
		return value
	case bigInteger:
		refuse("coerce.range")
	}
	return inRange(integer(lexical(integerForm, value)))
}

func inRange(value any) any {
	if _, big := value.(bigInteger); big {
		refuse("coerce.range")
	}
	return value
}

func coerceNumber(_ object, value any) any {
	switch value := value.(type) {
	case int64, bigInteger:
		return inRange(value)
	case float64:
		return finite(value)
	}
	text := lexical(numberForm, value)
	if numberForm.FindStringSubmatch(text)[2] == "" {
		return inRange(integer(text))
	}
	double, _ := strconv.ParseFloat(text, 64)
	return finite(double)
}

func finite(double float64) any {
	if math.IsNaN(double) || math.IsInf(double, 0) {
		refuse("coerce.range")
	}
	return narrow(double)
}

func coerceChoice(kind object, value any) any {
	checkChoices(kind)
	switch value.(type) {
	case array, object, foreign:
		refuse("coerce.type")
	}
	var text string
	if refused(func() { text = canonicalString(value) }) == "" {
		for _, choice := range kind["choices"].(array) {
			if canonicalString(choice) == text {
				return choice
			}
		}
	}
	refuse("coerce.choice")
	return nil
}

// checkChoices refuses choices, of a list's items too, whose canonical strings are not distinct.
func checkChoices(kind object) {
	if items, is := kind["items"].(object); is {
		checkChoices(items)
	}
	seen := map[string]bool{}
	choices, _ := kind["choices"].(array)
	for _, choice := range choices {
		text := canonicalString(choice)
		if seen[text] {
			refuse("declaration.ambiguous")
		}
		seen[text] = true
	}
}

func coerceDecimal(_ object, value any) any {
	text := lexical(decimalForm, value)
	if len(strings.NewReplacer("-", "", ".", "").Replace(text)) > 64 {
		refuse("coerce.range")
	}
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		return "0"
	}
	return text
}

func coerceList(kind object, value any) any {
	items, is := value.(array)
	if !is {
		items = listOf(textOf(value))
	}
	out := make(array, len(items))
	for i, item := range items {
		out[i] = coerce(kind["items"].(object), false, item)
	}
	return out
}

// listOf reads text for a list.
func listOf(text string) array {
	var value any
	code := refused(func() { value = decode(text) })
	items, is := value.(array)
	if code != "" || !is {
		refuse("coerce.lexical")
	}
	return items
}

func opCoerce(input object) object {
	nullable, _ := input["nullable"].(bool)
	kind := input["type"].(object)
	checkChoices(kind)
	value := coerce(kind, nullable, untag(input["value"]))
	if value == nil {
		return object{"value": nil}
	}
	return object{"value": value, "text": canonicalString(value)}
}
