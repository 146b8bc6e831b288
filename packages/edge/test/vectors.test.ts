/** The edge agrees with the vectors: what purges name, what may be kept, who is who. */

import { readFileSync } from "node:fs";
import { formatHeader, type Jwk, type Manifest, type Target } from "@mizan/protocol";
import { describe, expect, it } from "vitest";
import { askingOf } from "../src/identity.js";
import { namerOf } from "../src/names.js";
import { settle } from "../src/options.js";
import { staleBy } from "../src/stale.js";
import { termOf } from "../src/term.js";
import { MANIFEST, ORIGIN, SECRET } from "./site.js";

interface Vector {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expect: { readonly ok?: Readonly<Record<string, unknown>>; readonly error?: unknown };
}

function vectors(topic: string): [string, Vector][] {
  const url = new URL(`../../../conformance/vectors/v1/${topic}.json`, import.meta.url);
  const { vectors } = JSON.parse(readFileSync(url, "utf8")) as { vectors: Vector[] };
  return vectors.map((each) => [each.id, each]);
}

const PLACE = new URL("http://shop.example/mizan/call/");
const GRACE = { whileRevalidate: 0, ifError: 0 };

describe("edge.resolve: what a reply purges", () => {
  const known = vectors("edge").filter(
    ([
      ,
      {
        expect: { ok },
        input,
      },
    ]) => {
      // A field of the Fetch API has no bytes beyond latin1 and no control characters.
      return (
        ok !== undefined && !/\\u00|\$bytes|\$repeat/.test(JSON.stringify(input["field"] ?? ""))
      );
    },
  );

  it.each(known)("%s", async (_, { input, expect: { ok } }) => {
    const manifest = input["manifest"] as Manifest;
    const targets = input["targets"] as Target[] | undefined;
    const field = (input["field"] as string | undefined) ?? formatHeader(targets ?? [], 60_000);
    const headers = { "X-Mizan-Invalidate": field };
    const setup = settle({ manifest, origin: ORIGIN });
    const names = await staleBy(setup, PLACE, new Response(null, { status: 500, headers }), null);
    const { tags, urls, patterns } = ok as Record<"tags" | "urls" | "patterns", string[]>;
    const paths = [...urls, ...patterns].map((each) => each.replace(/^https?:\/\/[^/]*/, ""));
    // `*` is everything; the vector then names each context.
    if (names === null) expect(tags).toHaveLength(Object.keys(manifest.contexts).length);
    else expect([...names].sort()).toEqual([...new Set([...tags, ...paths])].sort());
  });

  it.each(known)(
    "%s: pages that the URLs and patterns name are named so",
    (_, { input, expect }) => {
      const { name, knows } = namerOf(input["manifest"] as Manifest);
      const { urls, patterns } = expect.ok as Record<"urls" | "patterns", string[]>;
      for (const each of [...urls, ...patterns]) {
        const path = each.replace(/^https?:\/\/[^/]*/, "");
        if (path.includes("/ctx/")) continue;
        const given = path.replaceAll("*", "1");
        const names = name(new URL(given, "http://shop.example"), new Headers());
        if (!(names?.has(path) ?? true)) throw new Error(`${given} is not named ${path}`);
        if (path.includes("*") && !knows(path)) throw new Error(`${path} is not known`);
      }
    },
  );
});

describe("policy.headers: what may be kept", () => {
  it.each(
    vectors("policy-headers").filter(
      ([
        ,
        {
          expect: { ok },
        },
      ]) => ok !== undefined,
    ),
  )("%s", (_, { input, expect: { ok } }) => {
    const said = new Headers(ok?.["headers"] as Record<string, string>);
    const reply = new Response("{}", { headers: said });
    const isRead = input["kind"] === "context" || input["kind"] === "view";
    const isBarred = ["no_store", "leaked"].some((fact) => input[fact] === true);
    const isKept = isRead && !isBarred && input["edge"] === true && input["canonical"] === true;
    const scope = input["user_scoped"] === true ? "own" : "shared";
    const isHis = scope === "shared" || input["anonymous"] === false;
    const may = isKept && isHis && input["cache"] !== false && input["cache"] !== 0;
    const term = termOf(reply, true, GRACE);
    expect(term?.scope ?? null).toBe(may ? scope : null);
    if (may) expect(term?.ttl).toBe(input["cache"] === true ? 31_536_000 : input["cache"]);
    const stranger = termOf(reply, false, GRACE);
    expect(stranger?.scope ?? null).toBe(may && scope === "shared" ? scope : null);
  });
});

describe("token.verify: who asks", () => {
  const known = vectors("token-verify").filter(([, { input }]) => {
    const isSet = ["leeway", "max_lifetime"].some((name) => name in input);
    return !isSet && (input["algs"] as string[]).includes("EdDSA");
  });

  it.each(known)("%s", async (_, { input, expect: { ok } }) => {
    const keys = (input["keys"] as Jwk[]).flatMap((each): Jwk[] => {
      if (each.kty !== "OKP") return [];
      const { kid, x } = each;
      return [{ kty: "OKP", kid, crv: "Ed25519", alg: "EdDSA", x }];
    });
    const token = input["token"];
    if (keys.length === 0 || typeof token !== "string" || !/^[ -~]*$/.test(token)) return;
    const setup = settle({
      manifest: MANIFEST,
      origin: ORIGIN,
      mwt: { keys, audience: input["audience"] as string },
      secret: SECRET,
      clock: () => (input["now"] as number) * 1000,
    });
    const asking = await askingOf(setup, new Headers({ "X-Mizan-Token": token.trim() }));
    const claims = ok?.["claims"] as { kid: string; sub: string } | undefined;
    const isOpen = claims !== undefined && keys.some(({ kid }) => kid === claims.kid);
    if (isOpen) expect(asking).toMatchObject({ sub: claims.sub });
    else expect(asking).toBe("unproven");
  });
});

describe("tags.parse: by what a reply can be purged", () => {
  const known = vectors("tags-parse").filter(([, { input }]) => {
    const field = input["field"];
    return typeof field === "string" && /^[ -~\t]*$/.test(field);
  });
  const { name } = namerOf(MANIFEST);

  it.each(known)("%s", async (_, { input, expect: { ok } }) => {
    const headers = new Headers({ "Cache-Groups": input["field"] as string });
    const names = name(new URL("http://shop.example/a"), headers);
    const tags = ok?.["tags"] as string[] | undefined;
    expect(names === null ? null : [...names]).toEqual(tags === undefined ? null : [...tags, "/a"]);
    const purge = { "Cache-Group-Invalidation": input["field"] as string };
    const reply = new Response(null, { status: 500, headers: purge });
    const purged = await staleBy(
      settle({ manifest: MANIFEST, origin: ORIGIN }),
      PLACE,
      reply,
      null,
    );
    expect(purged === null ? null : [...purged]).toEqual(tags ?? null);
  });
});
