/**
 * The CSRF token of a session (Django's cookie and field).
 * Invariant: the token of an origin is sent to that origin alone.
 */

import { world } from "./exchange.js";
import type { Client, Feature } from "./types.js";

/** The feature: whatever is sent by POST carries the token of the cookie `csrf`. */
export const csrf: Feature = (client) => {
  const { csrf: name = "csrftoken" } = client.options;
  const next = client.exchange;
  client.exchange = (request) => {
    const cookies = request.body !== undefined && isLocal(client) && world.document?.cookie;
    const token = cookies && `; ${cookies}`.split(`; ${name}=`)[1]?.split(";")[0];
    const headers = { ...request.headers, ...(token && { "X-CSRFToken": token }) };
    return next({ ...request, headers });
  };
};

/** Whether the server is of the page's origin. */
export function isLocal({ options: { baseUrl } }: Client): boolean {
  return !baseUrl.includes("//") || baseUrl.startsWith(`${world.location?.origin}/`);
}
