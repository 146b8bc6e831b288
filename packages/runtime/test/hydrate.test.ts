import { describe, expect, it } from "vitest";
import { dehydrate, hydrate, hydrateDocument, toHtml } from "../src/hydrate.js";
import { createClient, invalidate, mizanFetch, registerContext } from "../src/index.js";
import { network, settled } from "./fake.js";

const user = { name: "user" };
const slices = [{ context: "user", params: { user_id: 5 }, data: { name: "</script><!--" } }];

function page() {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch });
  return { net, client, instance: registerContext(client, user, { user_id: 5 }) };
}

describe("dehydrate", () => {
  it("gives what is not known to be stale", async () => {
    const { net, client } = page();
    void mizanFetch(client, user, { user_id: 5 });
    void mizanFetch(client, user, { user_id: 6 });
    void mizanFetch(client, { name: "list" }, {}).catch(() => undefined);
    await settled();
    const [five, six, list] = net.sent;
    await five?.reply(slices[0]?.data);
    await six?.reply(1);
    await list?.fail();
    invalidate(client, { context: "user", params: { user_id: 6 } });
    expect(dehydrate(client)).toEqual(slices);
  });
});

describe("hydrate", () => {
  it("gives data to the first sight, without a request", async () => {
    const { net, client, instance } = page();
    instance.subscribe(() => undefined);
    hydrate(client, slices);
    await settled();
    expect(instance.getSnapshot()).toMatchObject({
      data: slices[0]?.data,
      status: "success",
      stale: false,
    });
    expect(net.sent).toHaveLength(0);
  });

  it("reads anew what may be older than an invalidation", async () => {
    const { net, client, instance } = page();
    invalidate(client, "user");
    hydrate(client, slices);
    expect(instance.getSnapshot()).toMatchObject({ data: slices[0]?.data, stale: true });
    instance.subscribe(() => undefined);
    await settled();
    expect(net.sent).toHaveLength(1);
    await net.last().reply({ name: "newer" });
    expect(instance.getSnapshot()).toMatchObject({ data: { name: "newer" }, stale: false });
  });

  it("does not touch what is known", async () => {
    const { net, client, instance } = page();
    void mizanFetch(client, user, { user_id: 5 });
    await settled();
    await net.last().reply({ name: "newer" });
    hydrate(client, slices);
    expect(instance.getSnapshot().data).toEqual({ name: "newer" });
    const late = page();
    late.instance.subscribe(() => undefined);
    invalidate(late.client, "user");
    hydrate(late.client, slices);
    expect(late.instance.getSnapshot().data).toBeUndefined();
    await settled();
    expect(late.net.sent).toHaveLength(1);
  });
});

describe("toHtml", () => {
  it("has nothing that ends a script element", () => {
    expect(toHtml(slices)).not.toContain("<");
    expect(JSON.parse(toHtml(slices))).toEqual(slices);
  });
});

describe("hydrateDocument", () => {
  it("reads every script of a page, and up to which event it is fresh", () => {
    const { client, instance } = page();
    const scripts = [
      { textContent: toHtml(slices), dataset: { event: "e.5" } },
      { textContent: "", dataset: {} },
    ];
    hydrateDocument(client, { querySelectorAll: () => scripts } as unknown as Document);
    expect(instance.getSnapshot().data).toEqual(slices[0]?.data);
    expect(client.instances.get(instance.key)?.event).toBe("e.5");
  });
});
