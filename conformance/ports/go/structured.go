package main

// Lists of RFC 9651, as far as a field of Mizan may be one: everything is parsed, and what the
// grammar refuses is header.syntax (SPEC.md, MZ-HDR-010).

import (
	"encoding/hex"
	"regexp"
	"strings"
	"unicode/utf8"
)

// An sfItem is an Item, or an Inner List, with its parameters in their order.
type sfItem struct {
	kind   string // the name of the type
	text   string // an Integer, Token or String
	params []sfParam
}

type sfParam struct {
	name  string
	value *sfItem // nil: no value
}

var (
	sfKey     = regexp.MustCompile(`^[a-z*][a-z0-9_.*-]*`)
	sfDecimal = regexp.MustCompile(`^-?[0-9]{1,12}\.[0-9]{1,3}`)
	sfInteger = regexp.MustCompile(`^-?[0-9]{1,15}`)
	sfToken   = regexp.MustCompile("^[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*")
	sfString  = regexp.MustCompile(`^"((?:[ !#-\[\]-~]|\\["\\])*)"`)
	sfBytes   = regexp.MustCompile(
		`^:(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?:`)
	sfBoolean = regexp.MustCompile(`^\?[01]`)
	sfDate    = regexp.MustCompile(`^@-?[0-9]{1,15}`)
	sfDisplay = regexp.MustCompile(`^%"((?:[ !#$&-~]|%[0-9a-f]{2})*)"`)
)

// sfTypes is in the order in which they are tried: a Decimal begins like an Integer.
var sfTypes = []struct {
	kind string
	form *regexp.Regexp
}{
	{"decimal", sfDecimal}, {"integer", sfInteger}, {"token", sfToken}, {"string", sfString},
	{"bytes", sfBytes}, {"boolean", sfBoolean}, {"date", sfDate}, {"display", sfDisplay},
}

type sfReader struct{ rest string }

func sfRefuse(fine bool) {
	if !fine {
		refuse("header.syntax")
	}
}

func parseList(field string) []sfItem {
	r := &sfReader{strings.Trim(field, " ")}
	items := []sfItem{}
	for r.rest != "" {
		items = append(items, r.member())
		r.skip(" \t")
		if r.rest == "" {
			break
		}
		sfRefuse(r.take(","))
		r.skip(" \t")
		sfRefuse(r.rest != "")
	}
	return items
}

func (r *sfReader) skip(chars string) { r.rest = strings.TrimLeft(r.rest, chars) }

func (r *sfReader) take(text string) bool {
	if !strings.HasPrefix(r.rest, text) {
		return false
	}
	r.rest = r.rest[len(text):]
	return true
}

func (r *sfReader) member() sfItem {
	if !r.take("(") {
		return r.item()
	}
	for {
		r.skip(" ")
		if r.take(")") {
			return sfItem{kind: "list", params: r.params()}
		}
		r.item()
		sfRefuse(strings.HasPrefix(r.rest, " ") || strings.HasPrefix(r.rest, ")"))
	}
}

func (r *sfReader) item() sfItem {
	item := r.bare()
	item.params = r.params()
	return item
}

func (r *sfReader) params() (params []sfParam) {
	for r.take(";") {
		r.skip(" ")
		name := sfKey.FindString(r.rest)
		sfRefuse(name != "" && r.take(name))
		param := sfParam{name: name}
		if r.take("=") {
			value := r.bare()
			param.value = &value
		}
		params = append(params, param)
	}
	return params
}

func (r *sfReader) bare() sfItem {
	for _, one := range sfTypes {
		found := one.form.FindStringSubmatch(r.rest)
		if found == nil {
			continue
		}
		r.take(found[0])
		item := sfItem{kind: one.kind, text: found[0]}
		switch one.kind {
		case "integer", "decimal":
			r.endNumber()
		case "date":
			r.endNumber()
		case "string":
			item.text = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(found[1])
		case "display":
			sfRefuse(utf8.ValidString(percentDecode(found[1])))
		}
		return item
	}
	refuse("header.syntax")
	return sfItem{}
}

// endNumber refuses a number that goes on: too many digits, or a point with no digits.
func (r *sfReader) endNumber() {
	sfRefuse(r.rest == "" || strings.IndexByte("0123456789.", r.rest[0]) < 0)
}

// percentDecode puts bytes in the place of %XX, all of which are well formed.
func percentDecode(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			out.WriteByte(text[i])
			continue
		}
		value, _ := hex.DecodeString(text[i+1 : i+3])
		out.Write(value)
		i += 2
	}
	return out.String()
}
