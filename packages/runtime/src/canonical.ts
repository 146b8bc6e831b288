/**
 * Canonical strings, and the key of an instance (SPEC.md, sections 5.2 and 6.2).
 * Invariant: equal effective parameters, and only these, have one key, which ends the canonical URL.
 */

import type { MizanContext, ParamValue, Params } from "./types.js";

/**
 * The canonical string of a parameter's value: `5`, `5.0` and `"5"` all read `5`.
 *
 * A number that is not finite reads `null`, which a server refuses.
 */
export function canonicalString(value: ParamValue): string {
  // JSON.stringify writes numbers, booleans and flat lists as RFC 8785 does.
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Percent-encodes every byte but RFC 3986 unreserved ones. Throws URIError for lone surrogates. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** An instance by what tells it from others. */
export interface Identity {
  readonly key: string;
  readonly context: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly texts: ReadonlyMap<string, string>;
}

type Described = Pick<MizanContext, "name" | "defaults" | "coerce">;

/** The identity of an instance: defaults filled in, absent parameters left out, names sorted. */
export function identify({ name: label, defaults, coerce }: Described, given: object): Identity {
  const params: Record<string, ParamValue> = {};
  const texts = new Map<string, string>();
  for (const name of Object.keys({ ...defaults, ...given }).sort()) {
    const raw = (given as Params)[name];
    const value = raw === undefined ? defaults?.[name] : raw;
    if (value == null) continue;
    params[name] = coerce?.[name]?.(value as never) ?? value;
    texts.set(name, canonicalString(params[name]));
  }
  const query = [...texts].map(([name, text]) => `${name}=${encode(text)}`).join("&");
  return { key: `${label}/${query && `?${query}`}`, context: label, params, texts };
}
