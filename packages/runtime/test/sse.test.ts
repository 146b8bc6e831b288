import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { readEvents, sseParser, type SseEvent } from "../src/sse.js";

function parse(...pieces: string[]): SseEvent[] {
  const events: SseEvent[] = [];
  const take = sseParser((event) => events.push(event));
  pieces.forEach(take);
  return events;
}

function streamOf(pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

async function read(pieces: Uint8Array[]): Promise<SseEvent[]> {
  const events: SseEvent[] = [];
  await readEvents(
    streamOf(pieces),
    (event) => events.push(event),
    () => undefined,
  );
  return events;
}

describe("sseParser", () => {
  it("reads fields as the standard says", () => {
    expect(parse("event: a\nid:5\ndata: x\ndata:  y\ndata\n\n")).toEqual([
      { type: "a", id: "5", data: "x\n y\n" },
    ]);
    expect(parse("id: 7\n\n: a comment\n\nretry: 20\nretry: 2x\nunknown: 1\nid: a\0b\n\n")).toEqual(
      [{ id: "7" }, { retry: 20 }],
    );
    expect(parse("data: cut off\n")).toEqual([]);
  });

  it("takes each kind of line end, also one that is cut in two", () => {
    const one = [{ data: "x" }];
    expect(parse("data: x\r\r")).toEqual(one);
    expect(parse("data: x\r", "\n\r", "\n")).toEqual(one);
    expect(parse("data: x\r", "", "\n", "\n")).toEqual(one);
    expect(parse("data: x\n\n\n\r\n")).toEqual(one);
  });

  it("refuses an event that is too long, whatever it is made of", () => {
    const long = "x".repeat(70_000);
    expect(() => parse(...Array<string>(20).fill(long))).toThrow(RangeError);
    expect(() => parse(...Array<string>(20).fill(`data: ${long}\n`))).toThrow(RangeError);
    expect(parse(...Array<string>(20).fill(`data: ${long}\n\n`))).toHaveLength(20);
  });
});

describe("readEvents", () => {
  it("reads the same however the bytes are cut, and drops a byte order mark", async () => {
    const text = '\ufeffevent: ü\r\ndata: {"é":"𝄞"}\r\n\r\nid: 9\n\ndata: z\r\r';
    const bytes = new TextEncoder().encode(text);
    const whole = await read([bytes]);
    expect(whole).toEqual([{ type: "ü", data: '{"é":"𝄞"}' }, { id: "9" }, { data: "z" }]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: bytes.length })), async (cuts) => {
        const marks = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = marks.slice(1).map((mark, at) => bytes.slice(marks[at], mark));
        expect(await read(pieces)).toEqual(whole);
      }),
    );
  });

  it("takes any bytes", async () => {
    const piece = fc.oneof(fc.uint8Array(), fc.constantFrom("data:", "\r", "\n\n", "id", ":"));
    await fc.assert(
      fc.asyncProperty(fc.array(piece), async (pieces) => {
        const encoder = new TextEncoder();
        const bytes = pieces.map((each) =>
          typeof each === "string" ? encoder.encode(each) : each,
        );
        for (const event of await read(bytes)) expect(Object.keys(event)).not.toEqual([]);
      }),
    );
  });

  it("says of each piece that there is life, and cancels what it gives up", async () => {
    const cancel = vi.fn();
    const onBytes = vi.fn();
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(new TextEncoder().encode("x".repeat(600_000)));
      },
      cancel: () => {
        cancel();
        return Promise.reject(new Error("gone"));
      },
    });
    await expect(readEvents(stream, () => undefined, onBytes)).rejects.toThrow(RangeError);
    expect(onBytes).toHaveBeenCalledTimes(2);
    expect(cancel).toHaveBeenCalledTimes(1);
  });
});
