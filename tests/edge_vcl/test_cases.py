"""The cases for varnishtest, by Varnish itself: green on the rules, red where a rule is missing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mizan.edge_vcl import Options, cases
from mizan.edge_vcl.cases import RULES

NAMES = [
    *("conditional", "events", "everything", "failed_mutation", "hit"),
    *("in_flight", "in_flight_other", "in_flight_star", "injected", "key"),
    *("malformed", "many_tags", "methods"),
    *("never_stored", "normal", "normal_page", "origin_down", "page", "passes"),
    *("purge", "revalidated", "scoped"),
]

# A fault of the rules -> what is there, what there is in its place, the case that sees it.
FAULTS = {
    "xkey alone": ("\t\tcall mizan_compare;\n", "", "in_flight"),
    "no mark": ('\t\tvar.global_set(var.get("mark"), var.get("now"));\n', "", "in_flight"),
    "replies to reads believed": ('(var.get("fwd") == "method")', "(true)", "injected"),
    "cookies stored": ("\t    beresp.http.Set-Cookie ||\n", "", "never_stored"),
}

# The moment between the check of a reply and its being known to xkey, drawn out for a mutation.
BEFORE_STORING = "\t\tcall mizan_not_stored;\n\t}\n\treturn (deliver);"
DRAWN_OUT = BEFORE_STORING.replace("\treturn", "\tcall drawn_out;\n\treturn")
HIT_CHECK = ("< 10000.0", "< 0.0")
FETCHED_LONG = (
    'var.get("now"));\n\tif (!bereq',
    '"" + (std.real(var.get("now"), 0.0) - 20000.0));\n\tif (!bereq',
)
CLIENT_CHECK = ('"^(uri-miss|stale)$" && !obj.uncacheable', '"none"')
# How the VCL of a case ends, below its backends, and how its first client begins.
READ = """\
	acl mizan_purgers { "127.0.0.1"; }
	include "${testdir}/edge.vcl";
} -start

client c1 {
	txreq -url "/api/mizan/ctx/product/"
	rxresp
"""

WINDOW = """
barrier b1 sock 2
barrier b2 sock 2

server s1 {
	rxreq
	txresp @STORED@ -body "old"
} -start

server s2 {
	rxreq
	txresp -hdr {Cache-Group-Invalidation: "h-one"}
	rxreq
	txresp @STORED@ -body "new"
} -start

varnish v1 -vcl {
	vcl 4.1;
	import vtc;
	backend default { .host = "${s1_addr}"; .port = "${s1_port}"; }
	backend second { .host = "${s2_addr}"; .port = "${s2_port}"; }
	sub vcl_recv { if (req.http.To == "s2") { set req.backend_hint = second; } }
	sub drawn_out {
		if (!bereq.http.To) {
			vtc.barrier_sync("${b1_sock}");
			vtc.barrier_sync("${b2_sock}");
		}
	}
@READ@	expect resp.body == "old"
} -start

client c2 {
	barrier b1 sync
	txreq -req POST -url "/" -hdr "To: s2"
	rxresp
	barrier b2 sync
} -run

client c1 -wait

client c3 {
	txreq -url "/api/mizan/ctx/product/" -hdr "To: s2"
	rxresp
	expect resp.body == "new"
} -run
""".replace("@READ@", READ).replace(
    "@STORED@", '-hdr "Cache-Control: public, s-maxage=60" -hdr {Cache-Groups: "product", "h-one"}'
)

EXPIRED = """
server s1 {
	rxreq
	txresp -hdr "Cache-Control: public, s-maxage=1" -hdr {Cache-Groups: "product"} -body "one"
	rxreq
	txresp -hdr {Cache-Group-Invalidation: "down"}
	rxreq
	txresp -hdr "Cache-Control: public, s-maxage=1" -hdr {Cache-Groups: "product"} -body "two"
} -start

varnish v1 -vcl {
	vcl 4.1;
	backend default { .host = "${s1_addr}"; .port = "${s1_port}"; }
@READ@	delay 1.5
	txreq -req POST -url "/"
	rxresp
	txreq -url "/api/mizan/ctx/product/"
	rxresp
	expect resp.body == "two"
} -run
""".replace("@READ@", READ)


def changed(folder: Path, *changes: tuple[str, str]) -> None:
    """Change the rules in a folder."""
    rules = folder / RULES
    text = rules.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    rules.write_text(text)


def test_the_cases_are_all_there(edge: Path) -> None:
    assert sorted(path.stem for path in edge.glob("*.vtc")) == NAMES


def test_a_case_whose_url_the_manifest_has_not_is_left_out(made: Callable[..., Any]) -> None:
    manifest = made(product={"page_routes": ["/all/"]}, user={"user_scoped": True})
    found = dict(cases(manifest, Options(), "/folder"))
    assert "normal_page.vtc" not in found
    assert '"/all/"' in found["page.vtc"]
    assert '"/api/mizan/ctx/user/"' in found["passes.vtc"]
    private = {name for name, _ in cases(made(user={"user_scoped": True}), Options(), "/folder")}
    assert private == {"edge.vcl", "events.vtc", "token"}


@pytest.mark.server
def test_varnish_does_its_duties(edge: Path, varnishtest: Callable[..., str]) -> None:
    assert varnishtest(*sorted(edge.glob("*.vtc"))) == ""


@pytest.mark.server
@pytest.mark.parametrize("fault", FAULTS)
def test_a_case_fails_where_a_rule_is_missing(
    fault: str, edge: Path, varnishtest: Callable[..., str]
) -> None:
    old, new, case = FAULTS[fault]
    changed(edge, (old, new))
    assert "EXPECT" in varnishtest(edge / f"{case}.vtc")


@pytest.mark.server
@pytest.mark.parametrize(
    ("without", "is_seen"),
    [
        ([HIT_CHECK], True),
        ([CLIENT_CHECK], True),
        ([CLIENT_CHECK, FETCHED_LONG], True),
        ([HIT_CHECK, CLIENT_CHECK], False),
    ],
    ids=["by its own client", "by a hit", "by a hit after a long fetch", "by nobody"],
)
def test_a_purge_between_check_and_storing_is_seen(
    without: list[tuple[str, str]], is_seen: bool, edge: Path, varnishtest: Callable[..., str]
) -> None:
    changed(edge, (BEFORE_STORING, DRAWN_OUT), *without)
    case = edge / "window.vtc"
    case.write_text(f'varnishtest "A purge between check and storing."\n{WINDOW}')
    log = varnishtest(case)
    assert (log == "") is is_seen, log
    assert is_seen or 'EXPECT resp.body (old) == "new" failed' in log


@pytest.mark.server
@pytest.mark.parametrize(
    ("kept", "purged", "is_stored"),
    [
        ("product", "duct", True),  # a context's own tag has its own time
        ("article-123", "article-124", True),
        ("article-123", "article-223", False),  # an application's share theirs
        ("h-onea", "h-oneb", False),
        ("a", "b", True),
    ],
)
def test_times_of_purges_are_shared_by_all_tags_but_those_of_contexts(
    kept: str, purged: str, is_stored: bool, edge: Path, varnishtest: Callable[..., str]
) -> None:
    case = edge / "in_flight_other.vtc"
    text = case.read_text().replace('"group", "h-one"', f'"{kept}"').replace("h-two", purged)
    case.write_text(text)
    log = varnishtest(case)
    assert (log == "") is is_stored, log
    assert is_stored or "detail=overtaken" in log


@pytest.mark.server
def test_a_purge_of_a_context_named_down_takes_no_origin_down(
    open_folder: Path, made: Callable[..., Any], varnishtest: Callable[..., str]
) -> None:
    for name, text in cases(made(product={}, down={}), Options(), str(open_folder)):
        (open_folder / name).write_text(text)
    case = open_folder / "down.vtc"
    case.write_text(f'varnishtest "A context named down."\n{EXPIRED}')
    assert varnishtest(case) == ""
