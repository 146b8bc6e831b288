package main

// The fields that list tags to caches (SPEC.md, section 9.1).

import (
	"regexp"
	"sort"
	"strings"
)

const mostTags = 32

var tagForm = regexp.MustCompile(`^[a-z0-9._-]{1,32}$`)

// networkFields are the field and the separator of each network.
var networkFields = map[string][2]string{
	"fastly":     {"Surrogate-Key", " "},
	"cloudflare": {"Cache-Tag", ","},
	"cloudfront": {"Cache-Tag", ","},
	"akamai":     {"Edge-Cache-Tag", ","},
	"varnish":    {"xkey", " "},
}

// once drops repetitions.
func once(names []string) []string {
	seen, out := map[string]bool{}, []string{}
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

func quoted(tags []string) string {
	out := make([]string, len(tags))
	for i, tag := range tags {
		out[i] = `"` + tag + `"`
	}
	return strings.Join(out, ", ")
}

// guardOf is the context and the tag of a guard.
func guardOf(value any) (context string, tag string) {
	guard := value.(object)
	texts := map[string]string{}
	for name, text := range guard["params"].(object) {
		texts[name] = text.(string)
	}
	context = guard["context"].(string)
	return context, tagOf(context, texts)
}

func opTagsParse(input object) object {
	field, _ := textOrBytes(input["field"])
	must(len(field) <= maxField, "header.size")
	tags := []string{}
	for _, item := range parseList(field) {
		must(item.kind == "string", "header.item_type")
		must(tagForm.MatchString(item.text), "header.tag")
		tags = append(tags, item.text)
	}
	return object{"tags": list(once(tags))}
}

func opTagsFormat(input object) object {
	tags := []string{}
	for _, guard := range input["guards"].(array) {
		_, tag := guardOf(guard)
		tags = append(tags, tag)
	}
	tags = once(tags)
	headers := object{}
	if has(input, "networks") {
		for _, network := range strs(input["networks"]) {
			field, known := networkFields[network]
			must(known, "document.invalid")
			headers[field[0]] = strings.Join(tags, field[1])
		}
	}
	must(len(tags) <= mostTags, "header.tag_count")
	if len(tags) == 0 {
		return object{"headers": object{}}
	}
	headers["Cache-Groups"] = quoted(tags)
	return object{"headers": headers}
}

func opTagsPurge(input object) object {
	parts, count := map[string][]string{}, 0
	for _, guard := range input["guards"].(array) {
		context, tag := guardOf(guard)
		parts[context] = once(append(parts[context], tag))
	}
	contexts := []string{}
	for context, tags := range parts {
		contexts = append(contexts, context)
		count += len(tags)
	}
	sort.Slice(contexts, func(i, j int) bool {
		a, b := contexts[i], contexts[j]
		if len(parts[a]) != len(parts[b]) {
			return len(parts[a]) > len(parts[b])
		}
		return a < b
	})
	tags := []string{}
	for _, context := range contexts {
		if size := len(parts[context]); count > mostTags && size > 1 {
			parts[context] = []string{tagOf(context, nil)}
			count -= size - 1
		}
		tags = append(tags, parts[context]...)
	}
	return object{"field": quoted(sortedSet(tags))}
}
