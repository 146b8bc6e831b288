package main

// The manifest, and the targets of a mutation (SPEC.md, sections 7.2 and 12.1, annex C.5).

import "sort"

// chooseUserScoped derives whether results differ between users (MZ-MAN-003).
func (c *context) chooseUserScoped(identities map[string]bool) {
	must := len(c.bound) > 0
	for _, f := range c.functions {
		must = must || f.object["guarded"] == true
	}
	named := false
	for _, p := range c.parameters {
		named = named || identities[p.name]
	}
	said, stated := c.object["user_scoped"].(bool)
	if stated && !said && must {
		refuse("declaration.user_scoped")
	}
	c.userScoped = said || must || named && !stated
}

// checkAffect refuses a target that is not known, and what cannot scope it.
func (d *declarations) checkAffect(f *function, a affect) {
	c := d.context(a.context)
	must(c != nil, "declaration.unknown_target")
	if has(a.object, "function") {
		reader := d.function(a.function)
		must(reader != nil && reader.context == a.context, "declaration.unknown_target")
	}
	for _, name := range a.by {
		must(contains(c.scope, name) && (contains(f.arguments, name) || c.binds(name)),
			"declaration.by")
	}
}

// scoping are the sorted names that scope one target of a mutation.
func (d *declarations) scoping(f *function, a affect) []string {
	if a.chosen {
		return sortedSet(a.by)
	}
	c := d.context(a.context)
	names := []string{}
	for _, name := range c.scope {
		if contains(f.arguments, name) || c.binds(name) {
			names = append(names, name)
		}
	}
	return names
}

func (c *context) kindOf(name string) object {
	for _, p := range append(append([]parameter{}, c.bound...), c.parameters...) {
		if p.name == name {
			return p.kind
		}
	}
	return nil
}

// resolve gives the target of a call of the mutation.
func (d *declarations) resolve(f *function, a affect, args, bound object) target {
	c := d.context(a.context)
	params := object{}
	for _, name := range d.scoping(f, a) {
		value, given := args[name]
		if !contains(f.arguments, name) || !given || value == nil {
			value = nil
			if c.binds(name) {
				value = bound[name]
			}
		}
		if value == nil {
			continue
		}
		refused(func() { params[name] = coerce(c.kindOf(name), false, value) })
	}
	return newTarget(a.context, a.function, params)
}

func opMutationTargets(input object) object {
	added := readAll(input["added"], readTarget)
	d := readDeclarations(input["declarations"])
	f := d.function(input["function"].(string))
	must(f != nil, "declaration.unknown_target")
	args, _ := input["args"].(object)
	bound, _ := input["bound"].(object)
	targets := []target{}
	for _, a := range f.affects {
		targets = append(targets, d.resolve(f, a, args, bound))
	}
	return object{"targets": jsonOf(canonicalSet(append(targets, added...)))}
}

func opManifestBuild(input object) object {
	d := readDeclarations(input["declarations"])
	contexts, mutations := object{}, object{}
	for _, c := range d.contexts {
		contexts[c.name] = c.manifest(d.base)
	}
	for _, f := range d.functions {
		if len(f.affects) > 0 {
			mutations[f.name] = d.mutation(f)
		}
	}
	return object{"manifest": object{"mizan": "1.0", "base_url": d.base, "contexts": contexts,
		"mutations": mutations}}
}

func (c *context) manifest(base string) object {
	functions, members, views := array{}, array{}, []string{}
	for _, f := range c.sorted() {
		members = append(members, f.object)
		rev, _ := f.object["rev"].(int64)
		functions = append(functions, object{"name": f.name, "path": f.path, "rev": rev})
		if route, is := f.object["route"].(string); is {
			views = append(views, route)
		}
	}
	rev, cache := policyOf(members)
	strategy := "psr"
	if c.userScoped {
		strategy = "dynamic_cached"
	}
	return object{
		"endpoint": endpoint(base, c.name), "functions": functions, "views": list(sortedSet(views)),
		"page_routes": list(sortedSet(strs(c.object["page_routes"]))), "scope_params": list(c.scope),
		"parameters": parametersJSON(c.parameters), "bound_params": boundJSON(c.bound),
		"render_strategy": strategy, "user_scoped": c.userScoped, "rev": rev, "cache": cache,
	}
}

func (c *context) sorted() []*function {
	sort.Slice(c.functions, func(i, j int) bool { return c.functions[i].name < c.functions[j].name })
	return c.functions
}

func list(names []string) array {
	out := array{}
	for _, name := range names {
		out = append(out, name)
	}
	return out
}

func parametersJSON(parameters []parameter) array {
	out := array{}
	for _, p := range parameters {
		members := object{"name": p.name, "type": p.kind, "required": p.required,
			"nullable": p.nullable}
		if !p.required {
			members["default"] = coerce(p.kind, true, p.fallback)
		}
		out = append(out, members)
	}
	return out
}

func boundJSON(parameters []parameter) array {
	kinds := map[string]object{}
	for _, p := range parameters {
		kinds[p.name] = p.kind
	}
	out := array{}
	for _, name := range keys(kinds) {
		out = append(out, object{"name": name, "type": kinds[name]})
	}
	return out
}

func (d *declarations) mutation(f *function) object {
	affects := append([]affect{}, f.affects...)
	sort.SliceStable(affects, func(i, j int) bool {
		a, b := affects[i], affects[j]
		return a.context < b.context || a.context == b.context && a.function < b.function
	})
	targets, scoped := array{}, map[string][]string{}
	for _, a := range affects {
		targets = append(targets, a.object)
		names := d.scoping(f, a)
		if before, twice := scoped[a.context]; twice {
			names = intersection(before, names)
		}
		scoped[a.context] = names
	}
	auto := object{}
	for name, names := range scoped {
		if len(names) > 0 {
			auto[name] = list(names)
		}
	}
	methods := array{"POST"}
	if has(f.object, "methods") {
		methods = list(sortedSet(strs(f.object["methods"])))
	}
	out := object{"affects": targets, "auto_scoped_params": auto, "private": f.private,
		"methods": methods}
	if route, has := f.object["route"]; has {
		out["route"] = route
	}
	return out
}

func intersection(a, b []string) []string {
	out := []string{}
	for _, name := range a {
		if contains(b, name) {
			out = append(out, name)
		}
	}
	return out
}
