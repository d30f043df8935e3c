import canonicalize from 'canonicalize';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

/**
 * RFC 8785 canonical JSON: the one text of a value, so that equal values have equal hashes. Members that are undefined
 * are left out.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('Only JSON values have a canonical form');
  return text;
}

export const canonicalBytes = (value: unknown): Uint8Array => new TextEncoder().encode(canonicalJson(value));

/**
 * The JSON object that a plain value is: a copy, members that are undefined left out. Throws TypeError for what JSON
 * cannot say.
 */
export function jsonObject(value: object): JsonObject {
  const copy: JsonObject = JSON.parse(canonicalJson(value));
  return copy;
}
