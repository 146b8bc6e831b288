package main

// MWT, the identity token (SPEC.md, section 13).

import (
	"crypto/ed25519"
	"crypto/hmac"
	"encoding/base64"
	"regexp"
	"strings"
	"unicode/utf8"
)

const maxToken = 8192

var (
	segments = base64.RawURLEncoding.Strict()
	segment  = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)
	pkeyForm = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// claimForms are the claims and what each has to be.
var claimForms = map[string]func(value any) bool{
	"sub": isText, "aud": isText, "kid": isText, "iat": isInteger, "exp": isInteger,
	"pkey": func(value any) bool {
		text, _ := value.(string)
		return pkeyForm.MatchString(text)
	},
}

func isText(value any) bool {
	text, is := value.(string)
	return is && text != ""
}

func isInteger(value any) bool {
	_, is := value.(int64)
	return is
}

// claimsOf are the known claims, checked.
func claimsOf(payload object) object {
	claims := object{}
	for name, fits := range claimForms {
		if !fits(payload[name]) {
			refuse("token.claims")
		}
		claims[name] = payload[name]
	}
	return claims
}

func bytesOf(key object, name string) []byte {
	text, _ := key[name].(string)
	value, err := segments.DecodeString(text)
	if err != nil {
		refuse("key.secret")
	}
	return value
}

func signature(key object, text string) []byte {
	if key["alg"] == "HS256" {
		return sign(strong(bytesOf(key, "k")), text)
	}
	seed := bytesOf(key, "d")
	if len(seed) != ed25519.SeedSize {
		refuse("key.secret")
	}
	return ed25519.Sign(ed25519.NewKeyFromSeed(seed), []byte(text))
}

func verified(key object, text string, given []byte) bool {
	if key["alg"] == "HS256" {
		return hmac.Equal(sign(bytesOf(key, "k"), text), given)
	}
	return ed25519.Verify(ed25519.PublicKey(bytesOf(key, "x")), []byte(text), given)
}

func opTokenSign(input object) object {
	keys := input["keys"].(array)
	checkKeys(keys)
	must(len(keys) > 0, "key.secret")
	claims := object{"kid": "-"}
	for name, value := range input["claims"].(object) {
		if name != "kid" {
			claims[name] = value
		}
	}
	claims = claimsOf(claims)
	key := keys[0].(object)
	claims["kid"] = key["kid"]
	header := object{"alg": key["alg"], "typ": "mwt+jwt", "kid": key["kid"]}
	text := encode(canonicalText(header)) + "." + encode(canonicalText(claims))
	token := text + "." + encode(string(signature(key, text)))
	must(len(token) <= maxToken, "token.size")
	return object{"token": token}
}

func encode(text string) string { return segments.EncodeToString([]byte(text)) }

// checkKeys refuses secrets that are too short.
func checkKeys(keys array) {
	for _, key := range keys {
		if key.(object)["kty"] == "oct" {
			strong(bytesOf(key.(object), "k"))
		}
	}
}

func must(fine bool, code string) {
	if !fine {
		refuse(code)
	}
}

func unsegment(text string) []byte {
	value, err := segments.DecodeString(text)
	must(err == nil && segment.MatchString(text), "token.malformed")
	return value
}

// jsonObject reads a segment that has to be a JSON object.
func jsonObject(segment []byte) object {
	must(utf8.Valid(segment), "token.malformed")
	var value any
	must(refused(func() { value = decode(string(segment)) }) == "", "token.malformed")
	members, is := value.(object)
	must(is, "token.malformed")
	return members
}

func findKey(keys array, kid any) object {
	for _, key := range keys {
		if key.(object)["kid"] == kid {
			return key.(object)
		}
	}
	refuse("token.kid")
	return nil
}

func opTokenVerify(input object) object {
	keys := input["keys"].(array)
	checkKeys(keys)
	token := input["token"].(string)
	must(utf8.RuneCountInString(token) <= maxToken, "token.size")
	parts := strings.Split(token, ".")
	must(len(parts) == 3, "token.malformed")
	raw := [][]byte{unsegment(parts[0]), unsegment(parts[1]), unsegment(parts[2])}
	header := jsonObject(raw[0])
	must(!has(header, "crit"), "token.crit")
	must(header["typ"] == "mwt+jwt", "token.typ")
	must(allowed(input["algs"].(array), header["alg"]), "token.alg")
	must(isText(header["kid"]), "token.kid")
	key := findKey(keys, header["kid"])
	must(key["alg"] == header["alg"], "token.alg")
	must(verified(key, parts[0]+"."+parts[1], raw[2]), "token.signature")
	claims := claimsOf(jsonObject(raw[1]))
	must(claims["kid"] == header["kid"], "token.kid")
	checkClaims(claims, input)
	return object{"claims": claims}
}

func allowed(algs array, alg any) bool {
	name, is := alg.(string)
	for _, one := range algs {
		if is && one == name {
			return true
		}
	}
	return false
}

func checkClaims(claims, input object) {
	number := func(name string, absent int64) int64 {
		if given, is := input[name].(int64); is {
			return given
		}
		return absent
	}
	iat, exp, now := claims["iat"].(int64), claims["exp"].(int64), number("now", 0)
	leeway, life := number("leeway", 30), number("max_lifetime", 3600)
	must(claims["aud"] == input["audience"], "token.audience")
	must(exp-iat > 0 && exp-iat <= life, "token.lifetime")
	must(iat <= now+leeway, "token.not_yet")
	must(now < exp+leeway, "token.expired")
}
