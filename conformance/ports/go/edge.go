package main

// Resolution at an edge (SPEC.md, section 12.2).

import "strings"

// A purge collects what an edge purges; names of a set are sorted when it is written.
type purge struct{ tags, urls, patterns map[string]bool }

func opEdgeResolve(input object) object {
	manifest := input["manifest"].(object)
	out := purge{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, t := range purged(input) {
		if t.context != "*" {
			out.add(manifest, t)
			continue
		}
		for name := range manifest["contexts"].(object) {
			out.add(manifest, newTarget(name, "", object{}))
		}
	}
	return object{"tags": list(keys(out.tags)), "urls": list(keys(out.urls)),
		"patterns": list(keys(out.patterns))}
}

// purged is the canonical set; a field that cannot be read is everything.
func purged(input object) []target {
	if !has(input, "field") {
		return canonicalSet(readAll(input["targets"], readTarget))
	}
	var targets []target
	field, _ := input["field"].(string)
	if refused(func() { targets = parseField(field) }) != "" {
		return []target{newTarget("*", "", object{})}
	}
	return targets
}

func (p purge) add(manifest object, t target) {
	context, known := manifest["contexts"].(object)[t.context].(object)
	if !known {
		p.tags[tagOf(t.context, nil)] = true
		p.patterns[endpoint(manifest["base_url"].(string), t.context)+"*"] = true
		return
	}
	names := namesOf(context["parameters"])
	bound := namesOf(context["bound_params"])
	t = t.with(func(name string) bool { return contains(names, name) || contains(bound, name) })
	scope := strs(context["scope_params"])
	guard := t.with(func(name string) bool { return contains(scope, name) })
	p.tags[tagOf(t.context, guard.texts)] = true
	p.addEndpoint(context["endpoint"].(string), names, t)
	for _, routes := range []string{"views", "page_routes"} {
		for _, route := range strs(context[routes]) {
			p.addRoute(route, t)
		}
	}
}

func namesOf(parameters any) []string {
	names := []string{}
	for _, p := range readParameters(parameters) {
		names = append(names, p.name)
	}
	return sortedSet(names)
}

func (p purge) addEndpoint(end string, names []string, t target) {
	query, fixed, star := "", 0, false
	for _, name := range names {
		text, given := t.texts[name]
		if !given {
			if !star {
				query += "*"
			}
			star = true
			continue
		}
		if fixed > 0 && !star {
			query += "&"
		}
		query += name + "=" + percentEncode(text)
		fixed, star = fixed+1, false
	}
	switch {
	case fixed == len(names):
		p.urls[withQuery(end, query)] = true
	case fixed == 0:
		p.patterns[end+"*"] = true
	default:
		p.patterns[end+"?"+query] = true
	}
}

func (p purge) addRoute(route string, t target) {
	parts := strings.Split(route, "/")
	into := p.urls
	for i, part := range parts {
		if !strings.HasPrefix(part, ":") {
			continue
		}
		if text, given := t.texts[part[1:]]; given {
			parts[i] = percentEncode(text)
		} else {
			parts[i] = "*"
			into = p.patterns
		}
	}
	into[strings.Join(parts, "/")] = true
}
