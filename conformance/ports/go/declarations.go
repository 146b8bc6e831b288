package main

// Declarations and their checks (SPEC.md, annex C.5).

import "sort"

// A function reads (context), mutates (affects), or does neither.
type function struct {
	object
	name       string
	context    string
	path       string
	private    bool
	parameters []parameter
	arguments  []string
	affects    []affect
}

type affect struct {
	context  string
	function string
	by       []string
	chosen   bool // whether by is there
	object   object
}

type context struct {
	object
	name       string
	bound      []parameter
	functions  []*function
	parameters []parameter // the union, sorted by name
	scope      []string
	userScoped bool
}

type declarations struct {
	base       string
	identities map[string]bool
	contexts   []*context
	functions  []*function
}

func readDeclarations(value any) *declarations {
	members := value.(object)
	d := &declarations{base: members["base_url"].(string), identities: map[string]bool{}}
	for _, name := range strs(members["identity_params"]) {
		d.identities[name] = true
	}
	for _, item := range members["contexts"].(array) {
		one := item.(object)
		d.contexts = append(d.contexts, &context{object: one, name: one["name"].(string),
			bound: readParameters(one["bind"])})
	}
	for _, item := range members["functions"].(array) {
		d.functions = append(d.functions, readFunction(item.(object)))
	}
	d.check()
	return d
}

func readFunction(members object) *function {
	f := &function{object: members, name: members["name"].(string), path: "rpc"}
	f.context, _ = members["context"].(string)
	if path, is := members["path"].(string); is {
		f.path = path
	}
	f.private = members["private"] == true
	f.parameters = readParameters(members["parameters"])
	f.arguments = strs(members["arguments"])
	affects, _ := members["affects"].(array)
	for _, item := range affects {
		one := item.(object)
		function, _ := one["function"].(string)
		f.affects = append(f.affects, affect{one["context"].(string), function, strs(one["by"]),
			has(one, "by"), one})
	}
	return f
}

func strs(value any) []string {
	items, _ := value.(array)
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = item.(string)
	}
	return out
}

func contains(names []string, name string) bool {
	for _, one := range names {
		if one == name {
			return true
		}
	}
	return false
}

func (d *declarations) context(name string) *context {
	for _, c := range d.contexts {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (d *declarations) function(name string) *function {
	for _, f := range d.functions {
		if f.name == name {
			return f
		}
	}
	return nil
}

// check refuses the first fault in the order of annex C.5.
func (d *declarations) check() {
	seen := map[string]bool{}
	for _, c := range d.contexts {
		checkName(seen, c.name, isName)
		checkParameters(c.bound, false)
	}
	seen = map[string]bool{}
	for _, f := range d.functions {
		checkName(seen, f.name, isName)
		d.checkFunction(f)
	}
	for _, c := range d.contexts {
		c.unite()
		c.chooseScope()
		c.chooseUserScoped(d.identities)
	}
	for _, f := range d.functions {
		for _, a := range f.affects {
			d.checkAffect(f, a)
		}
	}
}

func checkName(seen map[string]bool, name string, valid func(string) bool) {
	must(valid(name), "declaration.name")
	must(!seen[name], "declaration.duplicate")
	seen[name] = true
}

func checkParameters(parameters []parameter, defaults bool) {
	seen := map[string]bool{}
	for _, p := range parameters {
		checkName(seen, p.name, isParameter)
		checkChoices(p.kind)
		if defaults {
			checkDefault(p)
		}
	}
}

func (d *declarations) checkFunction(f *function) {
	reads := has(f.object, "context")
	must(!reads || !has(f.object, "affects") && !f.private, "declaration.both")
	routed := has(f.object, "route")
	must(f.path == "view" && (routed || f.private) || f.path == "rpc" && !routed,
		"declaration.route")
	if reads {
		c := d.context(f.context)
		must(c != nil, "declaration.unknown_target")
		c.functions = append(c.functions, f)
	}
	checkParameters(f.parameters, true)
	seen := map[string]bool{}
	for _, name := range f.arguments {
		checkName(seen, name, isParameter)
	}
}

// checkDefault holds a parameter to MZ-PAR-002.
func checkDefault(p parameter) {
	switch {
	case p.nullable:
		must(!p.required && p.fallback == nil, "declaration.default")
	case p.required:
		if p.stated {
			must(valueOf(p, p.fallback), "declaration.default")
		}
	default:
		must(p.stated && valueOf(p, p.fallback), "declaration.default")
	}
}

func valueOf(p parameter, value any) bool {
	return refused(func() { coerce(p.kind, false, value) }) == ""
}

// unite makes the union of the functions' parameters (MZ-PAR-001).
func (c *context) unite() {
	union := map[string]parameter{}
	for _, p := range c.bound {
		union[p.name] = p
	}
	for _, f := range c.functions {
		for _, p := range f.parameters {
			before, known := union[p.name]
			if !known {
				union[p.name] = p
				continue
			}
			bound := c.binds(p.name)
			must(sameKind(before, p) && (bound || before.nullable == p.nullable),
				"declaration.parameter_type")
			if !bound {
				union[p.name] = merge(before, p)
			}
		}
	}
	for _, name := range keys(union) {
		if !c.binds(name) {
			c.parameters = append(c.parameters, union[name])
		}
	}
}

func sameKind(a, b parameter) bool { return canonicalText(a.kind) == canonicalText(b.kind) }

// merge joins what two functions say of one parameter.
func merge(a, b parameter) parameter {
	if a.optional && b.optional && !a.nullable {
		must(canonicalString(coerce(a.kind, false, a.fallback)) ==
			canonicalString(coerce(b.kind, false, b.fallback)), "declaration.default")
	}
	if b.optional {
		a.fallback = b.fallback
	}
	a.required, a.optional = a.required || b.required, a.optional || b.optional
	return a
}

func (c *context) binds(name string) bool {
	for _, p := range c.bound {
		if p.name == name {
			return true
		}
	}
	return false
}

// eligible are the names that may scope a target of the context (MZ-SCO-001).
func (c *context) eligible() []string {
	names := []string{}
	for _, p := range c.bound {
		names = append(names, p.name)
	}
	for _, p := range c.parameters {
		everywhere := true
		for _, f := range c.functions {
			everywhere = everywhere && f.requires(p.name)
		}
		if everywhere && !p.nullable {
			names = append(names, p.name)
		}
	}
	sort.Strings(names)
	return names
}

func (f *function) requires(name string) bool {
	for _, p := range f.parameters {
		if p.name == name {
			return p.required
		}
	}
	return false
}

func (c *context) chooseScope() {
	eligible := c.eligible()
	c.scope = eligible
	if has(c.object, "scope_by") {
		c.scope = sortedSet(strs(c.object["scope_by"]))
		for _, name := range c.scope {
			must(contains(eligible, name), "declaration.scope")
		}
	}
	must(len(c.scope) <= 3, "declaration.scope")
}

func sortedSet(names []string) []string {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return keys(set)
}
