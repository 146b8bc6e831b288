/* global URL */

/**
 * Where the data of the suite lies: `schema/v1`, `vectors/v1`, `requirements/v1.json`, `http/v1`, `app`, and
 * `SHA256SUMS`.
 */
export const data = new URL("./data/", import.meta.url);
