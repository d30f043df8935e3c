/**
 * What both engines check and compute alike: the plain copy of a document, its index values, the shape of a query, the
 * cursor.
 */
import { canonicalJson } from './document/json.ts';
import { type IndexDefinition, type IndexValue, type Key, type Query, StorageError } from './port.ts';

/** A query that its index cannot answer, or a `next` that was not given out by `find`. */
export class InvalidQuery extends StorageError {
  constructor(
    readonly collection: string,
    why: string,
  ) {
    super('invalid-query', `${collection}: ${why}`);
  }
}
/** A document or key that cannot be stored: an indexed member of another type, an empty or overlong key. */
export class InvalidDocument extends StorageError {
  constructor(
    readonly collection: string,
    readonly key: Key,
    why: string,
  ) {
    super('invalid-document', `${collection}: ${key.tenant}/${key.id}: ${why}`);
  }
}

/** UTF-8 bytes that tenant, id and the values of one index may have together. LMDB allows a key of 1978 bytes. */
export const longestKeyBytes = 1500;

const isIndexValue = (value: unknown): value is IndexValue =>
  typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

/** A copy as the engines keep it: members that are undefined are gone. */
export function plainCopy<T extends object>(value: T): { readonly text: string; readonly value: T } {
  const text = canonicalJson(value);
  const copy: T = JSON.parse(text);
  return { text, value: copy };
}

/** What an engine gives back may be what somebody else wrote there. */
export const isEnvelope = (stored: unknown): boolean =>
  typeof stored === 'object' &&
  stored !== null &&
  'revision' in stored &&
  typeof stored.revision === 'number' &&
  'value' in stored &&
  typeof stored.value === 'object' &&
  stored.value !== null;

/** Values of the index's fields, in order; undefined when the document lacks one of them and so is not in the index. */
export function indexValues(
  collection: string,
  key: Key,
  value: object,
  fields: readonly string[],
): readonly IndexValue[] | undefined {
  const members = new Map<string, unknown>(Object.entries(value));
  const values: IndexValue[] = [];
  for (const field of fields) {
    const member = members.get(field);
    if (member === undefined) return undefined;
    if (!isIndexValue(member))
      throw new InvalidDocument(
        collection,
        key,
        `${field} is in an index and must be text, a finite number or a boolean`,
      );
    values.push(member);
  }
  return values;
}

/** Throws InvalidDocument when a part of the key is empty, or the whole too long. */
export function checkKey(collection: string, key: Key, values: readonly IndexValue[] = []): void {
  if (key.tenant === '' || key.id === '') throw new InvalidDocument(collection, key, 'tenant and id must not be empty');
  const bytes = [collection, key.tenant, key.id, ...values].reduce<number>(
    (sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) + 2 : 10),
    0,
  );
  if (bytes > longestKeyBytes)
    throw new InvalidDocument(
      collection,
      key,
      `the key and its index values have ${bytes} bytes; at most ${longestKeyBytes} are allowed`,
    );
}

export interface Plan {
  /** Fields of the index after those that `equal` fixes. The id follows as the last part of the order. */
  readonly rest: readonly string[];
  readonly limit: number;
  /** Values of `rest` and the id of the last document of the page before. */
  readonly cursor: readonly IndexValue[] | undefined;
}

/** Checks a query against its index. Throws InvalidQuery. */
export function planQuery<T, I extends string>(
  collection: string,
  index: IndexDefinition<T> | undefined,
  query: Query<I>,
): Plan {
  if (index === undefined) throw new InvalidQuery(collection, `has no index ${query.index}`);
  if (query.equal.length > index.fields.length)
    throw new InvalidQuery(
      collection,
      `index ${query.index} has ${index.fields.length} fields, equal gives ${query.equal.length}`,
    );
  const rest = index.fields.slice(query.equal.length);
  if (rest.length === 0 && (query.from !== undefined || query.below !== undefined))
    throw new InvalidQuery(collection, `index ${query.index} has no field left for a range`);
  if (![...query.equal, query.from ?? 0, query.below ?? 0].every(isIndexValue))
    throw new InvalidQuery(collection, 'values must be text, finite numbers or booleans');
  const limit = query.limit ?? 100;
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new InvalidQuery(collection, `limit ${limit} is not between 1 and 1000`);
  return {
    rest,
    limit,
    cursor: query.after === undefined ? undefined : readCursor(collection, query.after, rest.length + 1),
  };
}

/** The opaque `next`: where the page ended in the order of the index. */
export const writeCursor = (values: readonly IndexValue[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

function readCursor(collection: string, cursor: string, length: number): readonly IndexValue[] {
  const refuse = () => new InvalidQuery(collection, 'after is not the next of a page of this query');
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw refuse();
  }
  if (!Array.isArray(values) || values.length !== length || !values.every(isIndexValue)) throw refuse();
  return values;
}
