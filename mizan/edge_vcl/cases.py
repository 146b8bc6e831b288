"""The cases for varnishtest: the files of `cases/`, with URLs of the manifest in place of `@URL@`.

Each shows one duty of an edge by Varnish itself, between an origin and clients of varnishtest. They
include the rules beside them, the text that `render` writes, with a backend of their own.

Invariant: what a case says of a URL holds for every manifest that has one of its kind.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

from mizan.edge_vcl.render import Options, may_be_cached, pages, rules
from mizan.protocol import tags

RULES: Final = "edge.vcl"
TOKEN: Final = "token-of-varnishtest"  # noqa: S105 (for the origin and clients of a case)
_TOKEN_FILE: Final = "token"  # noqa: S105 (a file's name)

# What stands for the parameters of a page's route.
_SEGMENTS: Final = {
    "PAGE": "1", "PAGE_DOTS": "..", "PAGE_ENCODED": "%31", "PAGE_LOWER": "%c3%a9",
}  # fmt: skip
_param: Final = re.compile(r"(?<=/):[a-z][a-z0-9_]*(?=/|\Z)")
_TAGS: Final = [f"h-{number:030}" for number in range(tags.MOST_TAGS)]
_BACKEND: Final = 'backend {name} {{ .host = "${{{server}_addr}}"; .port = "${{{server}_port}}"; }}'
_VARNISH: Final = """\
varnish v1 -vcl {{
	vcl 4.1;
	{backends}
	acl mizan_purgers {{ "127.0.0.1"; }}
	include "${{testdir}}/edge.vcl";
}} -start"""
_TO_THE_SECOND: Final = """
	sub vcl_recv { if (req.http.To == "s2") { set req.backend_hint = second; } }"""


def cases(manifest: Mapping[str, Any], options: Options, folder: str) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of the files that varnishtest needs in a folder, the cases as `*.vtc`.

    `folder` is where they will be: its absolute path. A case whose kind of URL the manifest has not
    is left out.
    """
    token_file = f"{folder}/{_TOKEN_FILE}"
    yield _TOKEN_FILE, f"{TOKEN}\n"
    yield RULES, rules(manifest, options._replace(purge_token_file=token_file, show_tags=False))
    values = _values(manifest)
    for file in sorted(files("mizan.edge_vcl").joinpath("cases").iterdir(), key=lambda f: f.name):
        text = file.read_text(encoding="utf-8")
        names = set(re.findall(r"@([A-Z_0-9]+)@", text))
        if names <= values.keys():
            yield file.name, re.sub(r"@([A-Z_0-9]+)@", lambda match: values[match[1]], text)


def _values(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands for each mark of a case, as far as the manifest has it."""
    base, contexts = manifest["base_url"], manifest["contexts"]
    first = _BACKEND.format(name="default", server="s1")
    second = _BACKEND.format(name="second", server="s2")
    values = {
        "CALL": f"{base}call/",
        "EDGE": _VARNISH.format(backends=first),
        "EDGE_2": _VARNISH.format(backends=f"{first}\n\t{second}{_TO_THE_SECOND}"),
        "EVENTS": f"{base}events/",
        "PRIVATE": f"{base}ctx/no_such_context/",
        "PUBLIC": '-hdr "Cache-Control: public, max-age=0, s-maxage=31536000"',
        "TAG_32": tags.strings(_TAGS[-1:]),
        "TAGS_32": tags.strings(_TAGS),
        "TOKEN": TOKEN,
    }
    for context in contexts.values():
        if may_be_cached(context):
            url = context["endpoint"]
            values |= {"URL": url, "URL_REGEX": re.escape(url), "ENCODED": _encoded(url)}
        elif context["user_scoped"]:
            values["PRIVATE"] = context["endpoint"]
    for route in pages(manifest):
        kinds = _SEGMENTS if _param.search(route) else {"PAGE": ""}
        values |= {name: _param.sub(segment, route) for name, segment in kinds.items()}
    return values


def _encoded(url: str) -> str:
    """Return a URL with one character encoded that needs it not."""
    return re.sub(r"[a-z](?=/\Z)", lambda match: f"%{ord(match[0]):02X}", url)
