/**
 * Effective parameters and canonical URLs (SPEC.md, section 6.2).
 * Invariant: one instance has one URL, and reading that URL gives the instance.
 */

import type {
  Parameter,
  UrlBuildOk,
  UrlParseOk,
  ParamValues,
  ParamValue,
} from "./generated/types.js";
import { isLonger, latin1 } from "./bytes.js";
import { canonicalString } from "./canonical.js";
import { coerce } from "./coerce.js";
import { under, WireError } from "./errors.js";
import { compareText } from "./json.js";
import { percentDecode, percentEncode } from "./percent.js";

const LONGEST_URL = 4096;
const QUERY_LIMIT = 65_536;

/**
 * The effective parameters of an instance: coerced, defaults filled in, sorted by name.
 *
 * @param args values by name; undefined is absent
 * @throws WireError `param.unknown`, `param.missing`, `coerce.*`, with a pointer to the argument
 */
export function effectiveParams(
  parameters: readonly Parameter[],
  args: Readonly<Record<string, unknown>>,
): ParamValues {
  const given = new Map(Object.entries(args).filter(([, value]) => value !== undefined));
  const declared = new Set(parameters.map(({ name }) => name));
  const [unknown] = [...given.keys()].filter((name) => !declared.has(name)).sort();
  if (unknown !== undefined) {
    throw new WireError(
      "param.unknown",
      `The context has no parameter ${JSON.stringify(unknown)}.`,
      {
        pointer: pointerTo(unknown),
      },
    );
  }
  const sorted = [...parameters].sort((a, b) => compareText(a.name, b.name));
  const values: [string, ParamValue][] = [];
  for (const parameter of sorted) {
    const value = effective(parameter, given.get(parameter.name));
    if (value !== null) values.push([parameter.name, value]);
  }
  return Object.fromEntries(values);
}

function effective(parameter: Parameter, given: unknown): ParamValue | null {
  const { name, type, required, nullable = false } = parameter;
  const pointer = pointerTo(name);
  if (given === undefined && required) {
    throw new WireError("param.missing", `The parameter ${name} is required.`, { pointer });
  }
  const value = given === undefined ? (parameter.default ?? null) : given;
  if (given === undefined && value === null) return null;
  return under(pointer, () => coerce(value, type, nullable));
}

function pointerTo(name: string): string {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The URL of a context without a query. */
export function endpoint(baseUrl: string, context: string): string {
  return `${baseUrl}ctx/${context}/`;
}

/** A pair of a query as the canonical URL has it. */
export function queryPair(name: string, value: ParamValue): string {
  return `${name}=${percentEncode(canonicalString(value))}`;
}

function canonicalQuery(params: ParamValues): string {
  const sorted = Object.entries(params).sort(([a], [b]) => compareText(a, b));
  return sorted.map(([name, value]) => queryPair(name, value)).join("&");
}

/**
 * The canonical URL of an instance (MZ-URL-002).
 *
 * @param params effective parameters
 */
export function canonicalUrl(baseUrl: string, context: string, params: ParamValues): string {
  const query = canonicalQuery(params);
  return endpoint(baseUrl, context) + (query === "" ? "" : `?${query}`);
}

/**
 * How to ask for an instance: by GET, or by POST where the URL is too long (MZ-URL-003).
 *
 * @throws WireError as effectiveParams
 */
export function buildRequest(
  baseUrl: string,
  context: string,
  parameters: readonly Parameter[],
  args: Readonly<Record<string, unknown>>,
): UrlBuildOk {
  const params = effectiveParams(parameters, args);
  const url = canonicalUrl(baseUrl, context, params);
  const path = url.replace(/^[a-z]+:\/\/[^/]*/, "");
  if (path.length <= LONGEST_URL) return { method: "GET", url };
  return { method: "POST", url: endpoint(baseUrl, context), body: params };
}

/**
 * Reads a raw query string (MZ-URL-004).
 *
 * @param query what stands after the `?`
 * @throws WireError `url.*`, `param.*`, `coerce.*`
 */
export function parseQuery(
  baseUrl: string,
  context: string,
  parameters: readonly Parameter[],
  query: string | Uint8Array,
): UrlParseOk {
  const long =
    typeof query === "string" ? isLonger(query, QUERY_LIMIT) : query.length > QUERY_LIMIT;
  if (long) throw new WireError("url.size", `The query has more than ${QUERY_LIMIT} bytes.`);
  const raw = typeof query === "string" ? query : latin1(query);
  const params = effectiveParams(parameters, Object.fromEntries(splitQuery(raw)));
  const canonical = raw === canonicalQuery(params);
  return { params, canonical, url: canonicalUrl(baseUrl, context, params) };
}

function splitQuery(raw: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const piece of raw.split("&")) {
    if (piece === "") continue;
    const equals = piece.indexOf("=");
    const name = readText(equals < 0 ? piece : piece.slice(0, equals));
    const value = readText(equals < 0 ? "" : piece.slice(equals + 1));
    if (values.has(name)) {
      throw new WireError("param.repeated", `The parameter ${JSON.stringify(name)} stands twice.`, {
        pointer: pointerTo(name),
      });
    }
    values.set(name, value);
  }
  return values;
}

function readText(encoded: string): string {
  if (/[^!-~]/.test(encoded)) {
    const message = "A query has ASCII without spaces and controls; percent-encode the rest.";
    throw new WireError("url.character", message);
  }
  return percentDecode(encoded, "url");
}
