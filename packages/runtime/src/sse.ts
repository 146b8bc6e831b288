/**
 * Reading text/event-stream (SPEC.md, section 17).
 * Invariant: any bytes in any pieces give the same events, or an error; no event is longer than LONGEST.
 */

/** What ends with an empty line; `data` is absent where no line has any. */
export interface SseEvent {
  type?: string;
  data?: string;
  id?: string;
  retry?: number;
}

const LONGEST = 2 ** 20;

/** Reads events until the stream ends, fails, or an event is too long; `onBytes` for each piece. */
export async function readEvents(
  stream: ReadableStream<Uint8Array>,
  onEvent: (event: SseEvent) => void,
  onBytes: () => void,
): Promise<void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const take = sseParser(onEvent);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      take(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Takes pieces of a stream. Throws RangeError for an event that is too long. */
export function sseParser(onEvent: (event: SseEvent) => void): (piece: string) => void {
  let rest = "";
  let size = 0;
  let event: SseEvent = {};
  let isAfterReturn = false;
  const end = (line: string): void => {
    if (line) readField(event, line);
    else {
      const whole = event;
      event = {};
      size = 0;
      if (Object.keys(whole).length > 0) onEvent(whole);
    }
  };
  return (piece) => {
    if (!piece) return;
    // CRLF may be cut in two.
    const text = isAfterReturn && piece.startsWith("\n") ? piece.slice(1) : piece;
    isAfterReturn = piece.endsWith("\r");
    for (const [at, part] of text.split(/\r\n|\r|\n/).entries()) {
      if (at) {
        end(rest);
        rest = "";
      }
      rest += part;
      size += part.length;
      if (size > LONGEST) throw new RangeError(`An event is longer than ${LONGEST}`);
    }
  };
}

function readField(event: SseEvent, line: string): void {
  const end = `${line}:`.indexOf(":");
  const name = line.slice(0, end);
  const value = line.slice(end + 1).replace(/^ /, "");
  if (name === "event") event.type = value;
  else if (name === "data")
    event.data = event.data === undefined ? value : `${event.data}\n${value}`;
  else if (name === "id" && !value.includes("\0")) event.id = value;
  else if (name === "retry" && /^\d+$/.test(value)) event.retry = Number(value);
}
