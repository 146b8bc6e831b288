// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { hydrateDocument } from "../src/hydrate.js";
import { createClient, mizanFetch } from "../src/index.js";
import { network } from "./fake.js";

// Written by `{% mizan_hydrate %}`, whose own test compares it.
const PAGE = join(import.meta.dirname, "../../../tests/django/templatetags/page.html");

it("begins with the data of a page that Django rendered", async () => {
  const page = new DOMParser().parseFromString(readFileSync(PAGE, "utf8"), "text/html");
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch });
  hydrateDocument(client, page);
  const text = "</script><!-- <script> & \u2028\u2029 'ü\"";
  const said = await mizanFetch(client, { name: "said", defaults: { text } }, {});
  const me = await mizanFetch(client, { name: "me" }, { shout: true });
  expect([said, me]).toEqual([{ said: text }, { me: "ANONYMOUSUSER" }]);
  expect(net.sent).toHaveLength(0);
});
