"""The VCL of a manifest: which URLs are looked up, what options change, that Varnish takes it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mizan.edge_vcl import Options, render
from mizan.edge_vcl.render import cached_urls, context_tags

ROOT = Path(__file__).resolve().parents[2]
Made = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("url", "is_cached"),
    [
        ("/api/mizan/ctx/product/", True),
        ("/api/mizan/ctx/product/?id=5", True),
        ("/products/5/", True),
        ("/products/5/?page=2", True),
        ("/a.b/c+d/", True),
        ("/axb/c+d/", False),
        ("/products/5/x/", False),
        ("/products//", False),
        ("/products/5", False),
        ("/api/mizan/ctx/product", False),
        ("/api/mizan/ctx/product/x.css", False),
        ("/api/mizan/ctx/product/#a", False),
        ("/x/api/mizan/ctx/product/", False),
        ("/api/mizan/ctx/user/", False),
        ("/api/mizan/ctx/rates/", False),
        ("/api/mizan/ctx/unknown/", False),
        ("/api/mizan/call/", False),
        ("/me/", False),
        ("/start/", False),
        ("/", False),
    ],
)
def test_what_is_looked_up(url: str, is_cached: bool, made: Made) -> None:
    manifest = made(
        product={"page_routes": ["/products/:id/", "/start/"], "views": ["/a.b/c+d/"]},
        user={"user_scoped": True, "page_routes": ["/me/", "/start/"]},
        rates={"cache": False},
    )
    assert bool(re.search(cached_urls(manifest), url)) is is_cached


def test_nothing_is_looked_up_where_nothing_may_be(made: Made) -> None:
    assert not re.search(cached_urls(made(user={"user_scoped": True})), "/")
    assert not re.search(cached_urls(made()), "/api/mizan/ctx/user/")


def test_tags_of_contexts_are_known_in_full(made: Made) -> None:
    long = "a" * 33  # has a digest for a tag
    tags = context_tags(made(product={}, user={"user_scoped": True}, **{"shop.cart": {}, long: {}}))
    known = ["product", "user", "shop.cart"]
    asked = [*known, "products", "aproduct", "shop_cart", "h-product", long, ""]
    assert [each for each in asked if re.search(tags, each)] == known
    assert not re.search(context_tags(made()), "")


def test_options(manifest: dict[str, Any]) -> None:
    text = render(manifest, Options(("::1", 9000), ("10.0.0.0/8", "::1"), "/run/token", 60, True))
    assert '.host = "::1";\n\t.port = "9000";' in text
    assert '\t"10.0.0.0"/8;\n\t"::1";\n' in text
    assert 'std.fileread("/run/token")' in text
    assert "set beresp.grace = 60s;" in text
    assert "public, no-cache" not in text
    assert "unset resp.http.Cache-Groups;" not in text
    usual = render(manifest, Options())
    assert "fileread" not in usual
    assert "acl" not in usual
    assert "\tif (true) {\n\t\treturn (synth(403" in usual


def test_it_is_a_function_of_manifest_and_options(manifest: dict[str, Any]) -> None:
    assert render(manifest, Options()) == render(json.loads(json.dumps(manifest)), Options())
    assert "@" not in re.sub(r"@-|%&=@:|@:!", "", render(manifest, Options())).replace("=@", "")


def test_its_size_grows_by_the_names_alone(made: Made) -> None:
    few, many = (
        len(render(made(**{f"context_{n:03}": {} for n in range(count)}), Options()))
        for count in (1, 200)
    )
    assert many - few < 200 * 40


def compiled(text: str, folder: Path) -> str:
    """Return what varnishd says against a VCL: nothing, where it takes it."""
    program = shutil.which("varnishd")
    if program is None:
        pytest.fail("There is no varnishd: apt-get install varnish varnish-modules.")
    path = folder / "edge.vcl"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program, "-C", "-f", path, "-n", folder / "varnish"],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stderr


@pytest.mark.server
def test_varnish_compiles_it_whatever_the_manifest_has(open_folder: Path, made: Made) -> None:
    many = {f"a{n:03}_{'x' * 58}": {"page_routes": [f"/p{n}/:id/~(a)!/"]} for n in range(200)}
    for manifest in (made(), made(**many)):
        assert compiled(render(manifest, Options(purge_token_file="/run/token")), open_folder) == ""
    assert "VCL compilation failed" in compiled("vcl 4.1; backend", open_folder)


@pytest.mark.server
def test_varnish_compiles_that_of_the_shop(open_folder: Path) -> None:
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "shop.settings"}
    command = [sys.executable, "manage.py", "export_edge_manifest"]
    done = subprocess.run(
        command, cwd=ROOT / "examples" / "shop", env=env, capture_output=True, text=True, check=True
    )
    manifest = json.loads(done.stdout)
    assert re.search(cached_urls(manifest), "/p/5/")
    assert compiled(render(manifest, Options()), open_folder) == ""
