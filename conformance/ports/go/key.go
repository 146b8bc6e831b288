package main

// The cache key and the digest of permissions (SPEC.md, sections 11 and 13).

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

const minSecret = 32

func strong(secret []byte) []byte {
	if len(secret) < minSecret {
		refuse("key.secret")
	}
	return secret
}

func sign(secret []byte, text string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

var keyMembers = []string{"aud", "context", "params", "pkey", "rev", "schema", "user", "v", "vary"}

func opKeyDerive(input object) object {
	given := input["input"].(object)
	secret := strong(unhex(input["secret"].(string)))
	require((given["user"] == nil) == (given["pkey"] == nil))
	members := object{}
	for _, name := range keyMembers {
		members[name] = given[name]
	}
	digest := hex.EncodeToString(sign(secret, canonicalText(members)))
	return object{"key": "mizan:1:e:" + given["context"].(string) + ":" + digest}
}

func opPermissionKey(input object) object {
	secret := strong(unhex(input["secret"].(string)))
	distinct := map[string]bool{}
	for _, permission := range input["perms"].(array) {
		distinct[permission.(string)] = true
	}
	perms := array{}
	for _, permission := range sortedUTF16(keys(distinct)) {
		perms = append(perms, permission)
	}
	text := canonicalText(object{"perms": perms, "staff": input["staff"],
		"superuser": input["superuser"]})
	return object{"pkey": hex.EncodeToString(sign(secret, text))[:32]}
}
