package main

// Effective parameters and the canonical URL (SPEC.md, section 6.2).

import (
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"
)

const maxQuery = 65536
const maxURL = 4096

var (
	origin       = regexp.MustCompile(`^https?://[^/]*`)
	badCharacter = regexp.MustCompile(`[^!-~]`)
)

// A parameter is one of a context.
type parameter struct {
	name     string
	kind     object
	required bool
	nullable bool
	fallback any
	stated   bool // whether a default is there
	optional bool // whether a function of the context does without it
}

func readParameters(value any) []parameter {
	out := []parameter{}
	items, _ := value.(array)
	for _, item := range items {
		members := item.(object)
		required, _ := members["required"].(bool)
		nullable, _ := members["nullable"].(bool)
		fallback, stated := members["default"]
		out = append(out, parameter{members["name"].(string), members["type"].(object), required,
			nullable, fallback, stated, !required})
	}
	return out
}

// effective gives the parameters of an instance, coerced and with defaults.
func effective(declared []parameter, args object) object {
	sorted := append([]parameter{}, declared...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].name < sorted[j].name })
	known := map[string]bool{}
	for _, p := range sorted {
		known[p.name] = true
	}
	for name := range args {
		if !known[name] {
			refuse("param.unknown")
		}
	}
	out := object{}
	for _, p := range sorted {
		value, given := args[p.name]
		if !given {
			if p.required {
				refuse("param.missing")
			}
			value = p.fallback
		}
		if coerced := coerce(p.kind, p.nullable, value); coerced != nil {
			out[p.name] = coerced
		}
	}
	return out
}

func endpoint(base, context string) string { return base + "ctx/" + context + "/" }

func queryOf(texts map[string]string) string {
	pairs := []string{}
	for _, name := range keys(texts) {
		pairs = append(pairs, name+"="+percentEncode(texts[name]))
	}
	return strings.Join(pairs, "&")
}

func withQuery(url, query string) string {
	if query == "" {
		return url
	}
	return url + "?" + query
}

func opURLBuild(input object) object {
	args, _ := input["args"].(object)
	params := effective(readParameters(input["parameters"]), args)
	end := endpoint(input["base_url"].(string), input["context"].(string))
	url := withQuery(end, queryOf(newTarget("", "", params).texts))
	if len(url)-len(origin.FindString(url)) > maxURL {
		return object{"method": "POST", "url": end, "body": params}
	}
	return object{"method": "GET", "url": url}
}

func opURLParse(input object) object {
	query, _ := textOrBytes(input["query"])
	if len(query) > maxQuery {
		refuse("url.size")
	}
	params := effective(readParameters(input["parameters"]), split(query))
	canonical := queryOf(newTarget("", "", params).texts)
	end := endpoint(input["base_url"].(string), input["context"].(string))
	return object{"params": params, "canonical": query == canonical,
		"url": withQuery(end, canonical)}
}

// split takes a raw query apart (MZ-URL-004).
func split(query string) object {
	args := object{}
	for _, piece := range strings.Split(query, "&") {
		if piece == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(piece, "=")
		name, value := unquote(rawName), unquote(rawValue)
		if has(args, name) {
			refuse("param.repeated")
		}
		args[name] = value
	}
	return args
}

func unquote(raw string) string {
	if badCharacter.MatchString(raw) {
		refuse("url.character")
	}
	if badPercent.MatchString(raw) {
		refuse("url.percent")
	}
	text := percentDecode(raw)
	if !utf8.ValidString(text) {
		refuse("url.utf8")
	}
	return text
}
