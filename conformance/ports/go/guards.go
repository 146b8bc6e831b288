package main

// Guards and tags (SPEC.md, section 9).

import (
	"crypto/sha256"
	"encoding/base32"
	"sort"
	"strings"
)

var tagAlphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

func guardJSON(context string, texts map[string]string) object {
	params := object{}
	for name, text := range texts {
		params[name] = text
	}
	return object{"context": context, "params": params}
}

func tagOf(context string, texts map[string]string) string {
	if len(texts) == 0 && len(context) <= 32 {
		return context
	}
	digest := sha256.Sum256([]byte(canonicalText(guardJSON(context, texts))))
	return "h-" + strings.ToLower(tagAlphabet.EncodeToString(digest[:]))[:26]
}

// scopeNames reads the names of scope parameters.
func scopeNames(value any) map[string]bool {
	names := map[string]bool{}
	for _, name := range value.(array) {
		names[name.(string)] = true
	}
	return names
}

// subsets are those of the sorted names, by size, then by their names in order.
func subsets(names []string) [][]string {
	all := [][]string{{}}
	for _, name := range names {
		for _, one := range all {
			all = append(all, append(append([]string{}, one...), name))
		}
	}
	sort.Slice(all, func(i, j int) bool {
		if len(all[i]) != len(all[j]) {
			return len(all[i]) < len(all[j])
		}
		return strings.Join(all[i], " ") < strings.Join(all[j], " ")
	})
	return all
}

func opGuardsInstance(input object) object {
	instance := readInstance(input["instance"])
	scope := scopeNames(input["scope_params"])
	must(len(scope) <= 3, "declaration.scope")
	present := instance.with(func(name string) bool { return scope[name] })
	guards, tags := array{}, array{}
	for _, names := range subsets(keys(present.texts)) {
		texts := map[string]string{}
		for _, name := range names {
			texts[name] = present.texts[name]
		}
		guards = append(guards, guardJSON(instance.context, texts))
		tags = append(tags, tagOf(instance.context, texts))
	}
	return object{"guards": guards, "tags": tags}
}

func opGuardsTarget(input object) object {
	t := readTarget(input["target"])
	require(t.context != "*")
	scope := scopeNames(input["scope_params"])
	guard := t.with(func(name string) bool { return scope[name] })
	return object{"guard": guardJSON(t.context, guard.texts), "tag": tagOf(t.context, guard.texts)}
}
