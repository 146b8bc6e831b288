"""The npm packages, packed and installed alone, compile and run in a folder of their own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mizan_conformance import bundle

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
PACKAGES = sorted(path.parent.name for path in (ROOT / "packages").glob("*/package.json"))
PEERS = ["@tanstack/query-core", "@types/node", "@types/react", "@types/react-dom"]
PEERS += ["ajv", "msw", "react", "react-dom"]
COMPILER = {
    "module": "NodeNext",
    "target": "ES2022",
    "lib": ["ES2022", "DOM", "DOM.Iterable"],
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "jsx": "react-jsx",
    "types": ["node"],
    "outDir": "out",
}

PROGRAMS = {
    "conformance": """
import { readFile } from "node:fs/promises";
import { data } from "@mizan/conformance";
const topic = JSON.parse(await readFile(new URL("vectors/v1/key.json", data), "utf8"));
console.log(topic.topic);
""",
    "protocol": """
import { formatHeader, parseHeader } from "@mizan/protocol";
console.log(formatHeader(parseHeader("user;user_id=5, notifications")));
""",
    "edge": """
import { createEdge } from "@mizan/edge";
import { toListener } from "@mizan/edge/node";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
const manifest = { mizan: "1.0", base_url: "/mizan/", contexts: {}, mutations: {} } as const;
const fetch = () =>
  Promise.resolve(new Response("Ada", { headers: { "Cache-Control": "public, s-maxage=60" } }));
const edge = createEdge({ manifest, origin: "http://127.0.0.1:8000", fetch });
const server = createServer(toListener(edge)).listen(0, "127.0.0.1", async () => {
  const { port } = server.address() as AddressInfo;
  const ask = () => globalThis.fetch(`http://127.0.0.1:${port}/a`);
  console.log(await (await ask()).text(), (await ask()).headers.get("Cache-Status")?.slice(0, 15));
  server.close();
  server.closeAllConnections();
});
""",
    "runtime": """
import { mizanFetch, type MizanContext } from "@mizan/runtime";
import { createCore } from "@mizan/runtime/core";
import { dehydrate } from "@mizan/runtime/hydrate";
const user: MizanContext<{ user_id: number }, { name: string }> = { name: "user" };
const fetch = () => Promise.resolve(Response.json({ name: "Ada" }));
const client = createCore({ baseUrl: "http://127.0.0.1/api/", fetch });
const { name } = await mizanFetch(client, user, { user_id: 5 });
console.log(name, JSON.stringify(dehydrate(client)[0]?.params));
""",
    "react": """
import { contextHook, MizanProvider } from "@mizan/react";
import { MizanPanel } from "@mizan/react/panel";
import { createClient, type MizanContext } from "@mizan/runtime";
import { hydrate } from "@mizan/runtime/hydrate";
import { renderToStaticMarkup } from "react-dom/server";
const user: MizanContext<{ user_id: number }, { name: string }> = { name: "user" };
const useUser = contextHook(user);
const Name = () => <b>{useUser({ user_id: 5 }).data?.name}</b>;
const client = createClient({ baseUrl: "http://127.0.0.1/api/" });
hydrate(client, [{ context: "user", params: { user_id: 5 }, data: { name: "Ada" } }]);
console.log(renderToStaticMarkup(<MizanProvider client={client}><Name /></MizanProvider>));
if (typeof MizanPanel !== "function") throw new Error("There is no panel.");
""",
    "server": """
import { client, Context, createApp, createHandler } from "@mizan/server";
import { ajvValidator } from "@mizan/server/ajv";
import { toNodeListener } from "@mizan/server/node";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
const shop = client({ name: "name", context: new Context("shop") }, () => "Ada");
const handler = createHandler(createApp({ functions: [shop], validator: ajvValidator() }));
const server = createServer(toNodeListener(handler)).listen(0, "127.0.0.1", async () => {
  const { port } = server.address() as AddressInfo;
  console.log(await (await fetch(`http://127.0.0.1:${port}/mizan/ctx/shop/`)).text());
  server.close();
  server.closeAllConnections();
});
""",
    "tanstack-query": """
import { createClient, type MizanContext } from "@mizan/runtime";
import { connect, contextOptions } from "@mizan/tanstack-query";
import { QueryClient } from "@tanstack/query-core";
const user: MizanContext<{ user_id: number }, { name: string }> = { name: "user" };
const fetch = () => Promise.resolve(Response.json({ name: "Ada" }));
const client = createClient({ baseUrl: "http://127.0.0.1/api/", fetch });
const queries = new QueryClient();
const stop = connect(client, queries);
const { name } = await queries.fetchQuery(contextOptions(client, user, { user_id: 5 }));
console.log(name, queries.getQueryCache().getAll().length);
stop();
queries.clear();
""",
    "testing": """
import { mizanFetch, createClient, type MizanContext } from "@mizan/runtime";
import { mizanHandlers, onContext } from "@mizan/testing";
import { setupServer } from "msw/node";
const user: MizanContext<Record<string, never>, { name: string }> = { name: "user" };
const schema = { base_url: "/api/", contexts: { user: { parameters: [] } }, functions: {} };
const server = setupServer(...mizanHandlers(schema, [onContext(user, () => ({ name: "Ada" }))]));
server.listen();
const client = createClient({ baseUrl: "http://127.0.0.1/api/" });
console.log((await mizanFetch(client, user, {})).name);
server.close();
""",
}
SAYS = {
    "conformance": "key",
    "edge": "Ada mizan-edge; hit",
    "protocol": "notifications, user;user_id=5",
    "runtime": 'Ada {"user_id":5}',
    "react": "<b>Ada</b>",
    "server": '{"name":"Ada"}',
    "tanstack-query": "Ada 1",
    "testing": "Ada",
}

UNCHECKED = {"testing": ["--skipLibCheck"]}
"""MSW's own declarations contradict those of the newest DOM."""

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} said:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh folder with the packages as npm publishes them; their peers are the checkout's."""
    home = tmp_path_factory.mktemp("fresh")
    for name in PACKAGES:
        run("npm", "pack", "--silent", "--pack-destination", home, cwd=ROOT / "packages" / name)
    (home / "package.json").write_text('{ "private": true, "type": "module" }')
    (home / "tsconfig.json").write_text(json.dumps({"compilerOptions": COMPILER}))
    tarballs = sorted(home.glob("*.tgz"))
    run("npm", "install", "--offline", "--legacy-peer-deps", *tarballs, cwd=home)
    for peer in PEERS:
        link = home / "node_modules" / peer
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(MODULES / peer, target_is_directory=True)
    return home


def described(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "package.json").read_text())
    return found


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_has_what_its_users_need(installed: Path, name: str) -> None:
    folder = installed / "node_modules" / "@mizan" / name
    said = described(folder)
    assert (said["type"], said["sideEffects"], said["license"]) == ("module", False, "Apache-2.0")
    assert (folder / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert f"# @mizan/{name}\n" in (folder / "README.md").read_text()
    for entry, files in said["exports"].items():
        assert f"@mizan/{name}{entry[1:]}" in (folder / "README.md").read_text()
        assert all((folder / file).is_file() for file in files.values()), entry


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_has_nothing_that_was_built_of_a_source_that_is_gone(
    installed: Path, name: str
) -> None:
    folder = installed / "node_modules" / "@mizan" / name
    sources = {
        path.relative_to(folder / "src").with_suffix("") for path in folder.glob("src/**/*.ts*")
    }
    built = {
        path.relative_to(folder / "dist").with_suffix("") for path in folder.glob("dist/**/*.js")
    }
    assert built == sources, f"remove packages/{name}/dist, then: npm run build"


def test_the_data_of_the_suite_is_the_repositorys(installed: Path) -> None:
    assert bundle.stale(installed / "node_modules" / "@mizan" / "conformance" / "data") == []


@pytest.mark.parametrize("name", PACKAGES)
def test_a_program_that_uses_it_compiles_and_runs(installed: Path, name: str) -> None:
    entries = described(installed / "node_modules" / "@mizan" / name)["exports"]
    imports = [f'await import("@mizan/{name}{entry[1:]}");' for entry in entries]
    (installed / f"{name}.tsx").write_text("\n".join([PROGRAMS[name], *imports]))
    run(MODULES / ".bin" / "tsc", "--project", ".", *UNCHECKED.get(name, []), cwd=installed)
    assert run("node", f"out/{name}.js", cwd=installed).strip() == SAYS[name]
    (installed / f"{name}.tsx").unlink()
    shutil.rmtree(installed / "out")
