package main

// Writing the header fields (SPEC.md, sections 8.1 and 8.3).

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	headerInteger = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})$`)
	startsLetter  = regexp.MustCompile(`^[A-Za-z]`)
)

const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

// percentEncode writes every byte outside unreserved as upper-case hex (MZ-URL-002).
func percentEncode(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if strings.IndexByte(unreserved, text[i]) >= 0 {
			out.WriteByte(text[i])
		} else {
			fmt.Fprintf(&out, "%%%02X", text[i])
		}
	}
	return out.String()
}

// parameterText is a canonical string as an Integer, a Token or a String.
func parameterText(text string) string {
	if headerInteger.MatchString(text) && text != "-0" {
		return text
	}
	encoded := percentEncode(text)
	if startsLetter.MatchString(encoded) {
		return encoded
	}
	return `"` + encoded + `"`
}

// tooLong tells of a value that the field leaves out (MZ-HDR-006).
func tooLong(text string) bool {
	written := parameterText(text)
	if written[0] == '"' {
		return len(written)-2 > 1024
	}
	return len(written) > 512
}

func fieldOf(targets []target) string {
	members := make([]string, len(targets))
	for i, t := range targets {
		members[i] = t.field()
	}
	return strings.Join(members, ", ")
}

// formatField writes a set of targets in at most limit bytes, coarsened where it has to be.
func formatField(targets []target, limit int64) string {
	short := make([]target, len(targets))
	for i, t := range targets {
		short[i] = t.with(func(name string) bool { return !tooLong(t.texts[name]) })
	}
	set := canonicalSet(short)
	for int64(len(fieldOf(set))) > limit {
		context := heaviest(set)
		if context == "" {
			return "*"
		}
		set = canonicalSet(append(set, newTarget(context, "", object{})))
	}
	return fieldOf(set)
}

// heaviest is the context whose members with a parameter or function have the most bytes.
func heaviest(set []target) string {
	bytes := map[string]int{}
	for _, t := range set {
		if t.function != "" || len(t.params) > 0 {
			bytes[t.context] += len(t.field())
		}
	}
	most := ""
	for _, context := range keys(bytes) {
		if bytes[context] > bytes[most] {
			most = context
		}
	}
	return most
}

// formatHeld writes instances in the sender's order (MZ-HLD-001).
func formatHeld(instances []target) string {
	members := []string{}
	size := 0
	for _, instance := range distinct(instances) {
		if instance.dropped() {
			continue
		}
		member := instance.field()
		if len(members) > 0 {
			size += 2
		}
		size += len(member)
		if size > 1024 || len(members) == 8 {
			break
		}
		members = append(members, member)
	}
	return strings.Join(members, ", ")
}

func (t target) dropped() bool {
	for _, text := range t.texts {
		if tooLong(text) {
			return true
		}
	}
	return false
}

func distinct(instances []target) []target {
	seen := map[string]bool{}
	out := []target{}
	for _, instance := range instances {
		if !seen[instance.field()] {
			seen[instance.field()] = true
			out = append(out, instance)
		}
	}
	return out
}

func opHeaderFormat(input object) object {
	limit := int64(2048)
	if given, is := input["limit"].(int64); is {
		limit = given
	}
	return object{"field": formatField(readAll(input["targets"], readTarget), limit)}
}

func opHeldFormat(input object) object {
	return object{"field": formatHeld(readAll(input["instances"], readInstance))}
}
