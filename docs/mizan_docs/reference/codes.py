"""What each error code means, in a sentence (SPEC.md, annex B).

Invariant: the codes are those of `mizan.errors.KNOWN_CODES`; else the page of errors cannot be
made.
"""

from __future__ import annotations

HTTP: dict[str, str] = {
    "validation": "Arguments or parameters are not valid; `errors` says each place and why.",
    "malformed": "The request cannot be read: JSON, a form, a field, or the shape of a call.",
    "unauthenticated": "What was asked for needs a login.",
    "token_invalid": "The identity token is not valid, or its user is gone or inactive.",
    "identity_mismatch": "The token and the session are of different users.",
    "forbidden": "Who asks is known, and may not do this.",
    "csrf": "Django's check against forged requests failed: the CSRF token is missing or wrong.",
    "private": "The function is private: only the server's own code runs it.",
    "not_found": "There is no such function, context or object.",
    "method_not_allowed": "The URL has other methods: `Allow` lists them.",
    "too_large": "The body is larger than MIZAN_BODY_LIMIT, or than Django takes.",
    "uri_too_long": "The query is longer than 65,536 bytes: send the read by POST.",
    "unsupported_media_type": "The body is of a media type that the endpoint does not take.",
    "internal": "The server failed; the detail is in its log, and here only while debugging.",
    "unavailable": "The server cannot do this now; `Retry-After` says when to ask again.",
    "too_many_requests": "Too many requests or streams of one user or address; see `Retry-After`.",
    "events.unavailable": "The server cannot hold streams open: it runs under WSGI.",
}

FAMILIES: dict[str, dict[str, str]] = {
    "json": {
        "syntax": "The text is not JSON.",
        "size": "The text has more bytes than are read.",
        "utf8": "The text is not UTF-8.",
        "integer_range": "An integer is not within ±(2^53-1).",
        "number_range": "A number is larger than a double can hold.",
        "nan": "NaN is no JSON value.",
        "infinity": "Infinity is no JSON value.",
        "duplicate": "An object has a name twice.",
        "surrogate": "A string holds a lone surrogate, which is no character.",
        "depth": "Arrays and objects are nested more than 64 deep.",
        "type": "A value is of a type that JSON does not have.",
    },
    "coerce": {
        "type": "A value is of another type than the parameter's.",
        "lexical": "A text does not spell a value of the parameter's type.",
        "range": "A value is out of the range of its type, or is no day or time that exists.",
        "choice": "A value is none of the parameter's choices.",
        "null": "The parameter cannot be null.",
    },
    "param": {
        "missing": "A required parameter is missing.",
        "unknown": "There is no parameter of this name.",
        "repeated": "A parameter that is no list is given twice.",
    },
    "url": {
        "size": "The query is longer than 65,536 bytes.",
        "character": "The query holds a character that no URL may have.",
        "percent": "Two hexadecimal digits do not follow a %.",
        "utf8": "What is percent-encoded is not UTF-8.",
    },
    "header": {
        "size": "The field's value is longer than 65,536 bytes.",
        "syntax": "The field's value is no list as RFC 9651 defines it.",
        "item_type": "A member is of another type: targets are Tokens, tags are Strings.",
        "name": "A name of a context, function or parameter is none.",
        "two_functions": "A target names more than one function.",
        "duplicate_parameter": "A target has a parameter twice.",
        "bare_parameter": "A parameter has no value.",
        "value_type": "A value is no Integer, Token or String.",
        "integer_form": "An Integer has leading zeros or is -0.",
        "unencoded": "A value holds a character that must be percent-encoded.",
        "percent": "Two hexadecimal digits do not follow a %.",
        "utf8": "What is percent-encoded is not UTF-8.",
        "star": "`*` stands for everything and has no parameters.",
        "held": "X-Mizan-Held lists instances, never `*` or a function.",
        "tag": "A tag is 1 to 32 characters of `[a-z0-9._-]`.",
        "tag_count": "A field lists more tags than there may be.",
    },
    "key": {"secret": "A secret is too short, or of the wrong kind."},
    "token": {
        "size": "The token has more than 8,192 characters.",
        "malformed": "The token is not three segments of base64url with JSON objects in them.",
        "crit": "The token names critical extensions; there are none.",
        "typ": "The token is of another `typ`: not an identity token of Mizan.",
        "alg": "The algorithm is none that the verifier takes, or not that of the key.",
        "kid": "No key has this `kid`, or header and payload differ in it.",
        "signature": "The signature is not the key's.",
        "claims": "A claim is missing, or is not what it must be.",
        "audience": "The token is for another audience.",
        "lifetime": "The token lives longer than it may, or ends before it begins.",
        "not_yet": "The token was issued in the future, by more than the leeway.",
        "expired": "The token has expired.",
    },
    "declaration": {
        "name": "A name is not valid.",
        "duplicate": "A name is declared twice.",
        "both": "A function reads a context and also affects something, or is private.",
        "unknown_target": "What is affected or read is not declared.",
        "parameter_type": "A parameter has two types in one context.",
        "default": "A default does not fit its type, or there are two.",
        "ambiguous": "Two choices have one text.",
        "scope": "A context has too many scope parameters, or one that cannot scope it.",
        "by": "`by` names what does not scope the context, or is not known to the mutation.",
        "route": "A view has no route, or a function that returns data has one, or it is wrong.",
        "user_scoped": "A context that differs between users says that it does not.",
    },
    "document": {
        "invalid": "A document does not match the schema of its kind.",
        "kind": "It cannot be told of which kind the document is.",
    },
}
"""Code without its family -> its meaning, by family."""
