/**
 * Serves the conformance app on Node, until it is interrupted.
 *
 *     node conformance/app/typescript/dist/serve.js [--host HOST] [--port PORT]
 *
 * It prints its URL when it listens; port 0 is any that is free.
 */

import { createHandler } from "@mizan/server";
import { toNodeListener } from "@mizan/server/node";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { conformanceApp } from "./app.js";

const { values } = parseArgs({
  options: {
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "8765" },
  },
});
const listening = createServer(toNodeListener(createHandler(conformanceApp())));
listening.listen(Number(values.port), values.host, () => {
  const { address, port, family } = listening.address() as AddressInfo;
  console.log(`http://${family === "IPv6" ? `[${address}]` : address}:${port}/`);
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    listening.close();
    listening.closeAllConnections();
  });
}
