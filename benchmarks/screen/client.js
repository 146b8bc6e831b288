// Reads a screen of ten parts again and again, and prints how long each took, as JSON.
//
// usage: node client.js CONTENDER URL SCREENS AT_ONCE

import { performance } from "node:perf_hooks";
import process from "node:process";
import { client as trpc } from "../peers/trpc.js";

const PARTS = 10;
const WARM_UP = 20;
const [contender, url, screens, atOnce] = process.argv.slice(2);

async function json(path) {
  const reply = await globalThis.fetch(url + path);
  if (!reply.ok) {
    throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  }
  return reply.json();
}

/** What reads a screen, by contender; all give the ten parts in order. */
const READERS = {
  mizan: () => async (id) => Object.values(await json(`/api/ctx/screen/?user_id=${id}`)),
  by_hand: () => async (id) => Object.values(await json(`/api/screen/?user_id=${id}`)),
  ninja: () => (id) =>
    Promise.all(
      Array.from({ length: PARTS }, (_, number) => json(`/api/part/${number}/?user_id=${id}`)),
    ),
  trpc: () => trpc(url),
};

const read = READERS[contender]();

function check(id, parts) {
  parts.forEach((rows, number) => {
    if (rows.length !== 20 || rows[0].id !== id + number) {
      throw new Error(`a wrong answer: ${JSON.stringify(rows)}`);
    }
  });
}

let next = 0;
const took = [];

async function reader() {
  while (next < Number(screens) + WARM_UP) {
    const id = next++;
    const start = performance.now();
    const parts = await read(id);
    if (id >= WARM_UP) {
      took.push(performance.now() - start);
    }
    if (parts.length !== PARTS) {
      throw new Error(`${parts.length} parts`);
    }
    check(id, parts);
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, reader));
took.sort((a, b) => a - b);
const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))];
process.stdout.write(JSON.stringify({ p50: at(0.5), p99: at(0.99) }) + "\n");
