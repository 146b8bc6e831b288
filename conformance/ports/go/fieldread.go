package main

// Reading the header fields (SPEC.md, sections 8.2 and 8.3).

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	encodedForm = regexp.MustCompile(`^[A-Za-z0-9._~%-]*$`)
	badPercent  = regexp.MustCompile(`%(?:[^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)`)
	badInteger  = regexp.MustCompile(`^-?0[0-9]|^-0$`)
)

const maxField = 65536

// readMembers parses a field and checks its members from left to right.
func readMembers(field string, check func(target)) []target {
	if len(field) > maxField {
		refuse("header.size")
	}
	targets := []target{}
	for _, item := range parseList(field) {
		t := readMember(item)
		check(t)
		targets = append(targets, t)
	}
	return targets
}

func readMember(item sfItem) target {
	if item.kind != "token" {
		refuse("header.item_type")
	}
	if strings.Count(item.text, "/") > 1 {
		refuse("header.two_functions")
	}
	context, function, both := strings.Cut(item.text, "/")
	if item.text != "*" && (!isName(context) || both && !isName(function)) {
		refuse("header.name")
	}
	params := object{}
	for _, param := range item.params {
		if !isParameter(param.name) {
			refuse("header.name")
		}
		if has(params, param.name) {
			refuse("header.duplicate_parameter")
		}
		if param.value == nil {
			refuse("header.bare_parameter")
		}
		params[param.name] = readParameter(*param.value)
	}
	if context == "*" && len(params) > 0 {
		refuse("header.star")
	}
	return newTarget(context, function, params)
}

// readParameter is the canonical string that the value of a parameter says.
func readParameter(value sfItem) string {
	switch value.kind {
	case "integer":
		if badInteger.MatchString(value.text) {
			refuse("header.integer_form")
		}
		return value.text
	case "token", "string":
	default:
		refuse("header.value_type")
	}
	if !encodedForm.MatchString(value.text) {
		refuse("header.unencoded")
	}
	if badPercent.MatchString(value.text) {
		refuse("header.percent")
	}
	text := percentDecode(value.text)
	if !utf8.ValidString(text) {
		refuse("header.utf8")
	}
	return text
}

func parseField(field string) []target {
	return canonicalSet(readMembers(field, func(target) {}))
}

func opHeaderParse(input object) object {
	field, _ := textOrBytes(input["field"])
	return object{"targets": jsonOf(parseField(field))}
}

func opHeldParse(input object) object {
	field, _ := textOrBytes(input["field"])
	instances := distinct(readMembers(field, func(t target) {
		if t.context == "*" || t.function != "" {
			refuse("header.held")
		}
	}))
	out := array{}
	for _, instance := range instances {
		if len(out) < 8 {
			out = append(out, object{"context": instance.context, "params": instance.params})
		}
	}
	return object{"instances": out}
}
