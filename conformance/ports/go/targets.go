package main

// Targets and their sets (SPEC.md, sections 7.1 and 17.2).

import (
	"regexp"
	"sort"
	"strings"
)

var (
	nameForm      = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)
	parameterForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

func isName(text string) bool      { return len(text) <= 64 && nameForm.MatchString(text) }
func isParameter(text string) bool { return len(text) <= 64 && parameterForm.MatchString(text) }

// A target is what is stale; context is "*" for everything. An instance is one without function.
type target struct {
	context  string
	function string
	params   object            // as given
	texts    map[string]string // their canonical strings
}

func newTarget(context, function string, params object) target {
	texts := map[string]string{}
	for name, value := range params {
		texts[name] = canonicalString(value)
	}
	return target{context, function, params, texts}
}

func require(fine bool) {
	if !fine {
		refuse("document.invalid")
	}
}

// readTarget reads a target of a document.
func readTarget(value any) target {
	if name, is := value.(string); is {
		require(name == "*" || isName(name))
		return newTarget(name, "", object{})
	}
	members, is := value.(object)
	require(is)
	function, has := members["function"]
	functionName := ""
	if has {
		functionName, is = function.(string)
		require(is && isName(functionName))
	}
	params := any(object{})
	if given, has := members["params"]; has {
		params = given
	}
	context, is := members["context"].(string)
	require(is && isName(context))
	return newTarget(context, functionName, readParams(params))
}

func readInstance(value any) target {
	members, is := value.(object)
	require(is)
	context, is := members["context"].(string)
	require(is && isName(context))
	return newTarget(context, "", readParams(members["params"]))
}

func readParams(value any) object {
	params, is := value.(object)
	require(is)
	for name, value := range params {
		require(isParameter(name) && isParamValue(value))
	}
	return params
}

func isParamValue(value any) bool {
	items, is := value.(array)
	if !is {
		return isScalar(value)
	}
	for _, item := range items {
		if !isScalar(item) {
			return false
		}
	}
	return true
}

func isScalar(value any) bool {
	switch value.(type) {
	case string, int64, float64, bool:
		return true
	}
	return false
}

func readAll(values any, read func(any) target) []target {
	items, is := values.(array)
	require(is || values == nil)
	out := make([]target, len(items))
	for i, item := range items {
		out[i] = read(item)
	}
	return out
}

func (t target) json() any {
	if t.function == "" && len(t.params) == 0 {
		return t.context
	}
	out := object{"context": t.context}
	if t.function != "" {
		out["function"] = t.function
	}
	if len(t.params) > 0 {
		out["params"] = t.params
	}
	return out
}

func jsonOf(targets []target) array {
	out := array{}
	for _, t := range targets {
		out = append(out, t.json())
	}
	return out
}

func (t target) covers(other target) bool {
	if t.context == "*" {
		return true
	}
	if t.context != other.context || t.function != "" && t.function != other.function {
		return false
	}
	for name, text := range t.texts {
		if theirs, has := other.texts[name]; !has || theirs != text {
			return false
		}
	}
	return true
}

func (t target) matches(instance target) bool {
	if t.context == "*" {
		return true
	}
	if t.context != instance.context {
		return false
	}
	for name, text := range t.texts {
		if theirs, has := instance.texts[name]; has && theirs != text {
			return false
		}
	}
	return true
}

// canonicalSet drops what another target covers and orders the rest.
func canonicalSet(targets []target) []target {
	kept := []target{}
	for i, t := range targets {
		if !covered(targets, i, t) {
			kept = append(kept, t)
		}
	}
	sort.Slice(kept, func(i, j int) bool { return kept[i].field() < kept[j].field() })
	return kept
}

func covered(targets []target, i int, t target) bool {
	for j, other := range targets {
		// Of equal ones, which cover each other, the first is kept.
		if i != j && other.covers(t) && (j < i || !t.covers(other)) {
			return true
		}
	}
	return false
}

// field is the member of a header field that names the target.
func (t target) field() string {
	out := t.context
	if t.function != "" {
		out += "/" + t.function
	}
	for _, name := range keys(t.texts) {
		out += ";" + name + "=" + parameterText(t.texts[name])
	}
	return out
}

// with is the target with those parameters alone whose names are wanted.
func (t target) with(wanted func(name string) bool) target {
	params := object{}
	for name, value := range t.params {
		if wanted(name) {
			params[name] = value
		}
	}
	return newTarget(t.context, t.function, params)
}

func (t target) equal(other target) bool {
	return strings.Compare(t.field(), other.field()) == 0
}

func opTargetsCanonical(input object) object {
	return object{"targets": jsonOf(canonicalSet(readAll(input["targets"], readTarget)))}
}

func opTargetsMatches(input object) object {
	t := readTarget(input["target"])
	return object{"matches": t.matches(readInstance(input["instance"]))}
}

// heldBy reads an instance with the parameters that its holder named, and those bound to it.
func heldBy(value any) (named target, bound object) {
	named = readInstance(value)
	bound = object{}
	if given, has := value.(object)["bound"]; has {
		bound = readParams(given)
	}
	for name := range bound {
		_, twice := named.params[name]
		require(!twice)
	}
	return named, bound
}

func opEventsVisible(input object) object {
	targets := readAll(input["targets"], readTarget)
	told := []target{}
	for _, t := range targets {
		if t.context == "*" {
			told = append(told, t)
		}
	}
	for _, value := range input["held"].(array) {
		named, bound := heldBy(value)
		all := object{}
		for _, params := range []object{named.params, bound} {
			for name, value := range params {
				all[name] = value
			}
		}
		whole := newTarget(named.context, "", all)
		for _, t := range targets {
			if t.context != "*" && t.matches(whole) {
				told = append(told, t.with(func(name string) bool { return has(named.params, name) }))
			}
		}
	}
	return object{"targets": jsonOf(canonicalSet(told))}
}

func has[V any](of map[string]V, name string) bool {
	_, is := of[name]
	return is
}
