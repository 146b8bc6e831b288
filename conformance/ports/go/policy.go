package main

// Cache policy and response headers (SPEC.md, section 10).

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
)

// seconds orders what cache may be: false is less than any number of seconds, true more.
func seconds(cache any) int64 {
	switch cache := cache.(type) {
	case bool:
		if !cache {
			return -1
		}
	case int64:
		return cache
	}
	return math.MaxInt64
}

// policyOf is the rev and the cache of a context with those functions.
func policyOf(functions array) (rev int64, cache any) {
	cache = true
	for _, function := range functions {
		members := function.(object)
		if given, is := members["rev"].(int64); is && given > rev {
			rev = given
		}
		if given, has := members["cache"]; has && seconds(given) < seconds(cache) {
			cache = given
		}
	}
	return rev, cache
}

func opPolicyEffective(input object) object {
	rev, cache := policyOf(input["functions"].(array))
	return object{"rev": rev, "cache": cache}
}

func maxAge(cache any) string {
	if cache == true {
		return "31536000"
	}
	return strconv.FormatInt(seconds(cache), 10)
}

func etag(body string) string {
	digest := sha256.Sum256([]byte(body))
	return `"` + hex.EncodeToString(digest[:])[:32] + `"`
}

func groups(tags array) string {
	strs := make([]string, len(tags))
	for i, tag := range tags {
		strs[i] = `"` + tag.(string) + `"`
	}
	return strings.Join(strs, ", ")
}

func opPolicyHeaders(input object) object {
	return object{"headers": cachingHeaders(input)}
}

// cachingHeaders are those of the first row of MZ-POL-002 that applies.
func cachingHeaders(reply object) object {
	is := func(name string) bool { return reply[name] == true }
	edge, kind, cache := is("edge"), reply["kind"], reply["cache"]
	tag := etag(reply["body"].(string))
	tags := groups(reply["tags"].(array))
	switch {
	case kind == "call" || kind == "error":
		return object{"Cache-Control": "no-store"}
	case is("leaked"):
		return object{"Cache-Control": "private, no-store"}
	case cache == false || is("no_store"):
		return object{"Cache-Control": "no-store"}
	case !is("canonical"):
		return object{"Cache-Control": "no-store", "Content-Location": reply["url"]}
	case is("user_scoped") && is("anonymous"):
		return object{"Cache-Control": "private, no-store"}
	case is("user_scoped"):
		headers := object{"Cache-Control": "private, no-cache",
			"Vary": "Authorization, Cookie, X-Mizan-Token", "ETag": tag}
		if edge {
			headers["Mizan-Cache-Control"] = "max-age=" + maxAge(cache)
			headers["Cache-Groups"] = tags
		}
		return headers
	case edge:
		return object{"Cache-Control": "public, max-age=0, s-maxage=" + maxAge(cache), "ETag": tag,
			"Cache-Groups": tags}
	}
	return object{"Cache-Control": "public, no-cache", "ETag": tag}
}
