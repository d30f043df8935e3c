/**
 * One MongoDB collection for each collection: a document is written whole, so that every write is atomic without
 * transactions.
 */
import type { Collection as DriverCollection, Db, Document, Filter, IndexDescription } from 'mongodb';
import {
  type Collection,
  type CollectionDefinition,
  CorruptStorage,
  DuplicateKey,
  type IndexDefinition,
  type IndexValue,
  type Key,
  type Page,
  type Query,
  RevisionConflict,
  type Stored,
} from '../port.ts';
import {
  InvalidDocument,
  type Plan,
  checkKey,
  indexValues,
  isEnvelope,
  plainCopy,
  planQuery,
  writeCursor,
} from '../port.query.ts';
import { type TellOfDocument, readable } from '../readable.ts';
import type { MongoChanges } from './changes.ts';
import { reach, refusingIndex } from './failure.ts';
import type { Primary } from './primary.ts';

interface Entry {
  /** Tenant and id again: a change stream says no more than this of a removed document. */
  readonly _id: { readonly tenant: string; readonly id: string };
  readonly tenant: string;
  readonly id: string;
  readonly revision: number;
  /** As the driver gives it back. */
  readonly value: Document[string];
}

/** The tenant leads every index, being the shard key. A document that lacks a field of an index is not in it. */
function indexesOf<T>(definition: CollectionDefinition<T>): IndexDescription[] {
  const declared = Object.entries<IndexDefinition<T>>(definition.indexes).map(
    ([name, { fields, unique = false }]): IndexDescription => ({
      name,
      unique,
      key: new Map<string, 1>([
        ['tenant', 1],
        ...fields.map((field): [string, 1] => [path(field), 1]),
        ...(unique ? [] : [['id', 1] satisfies [string, 1]]),
      ]),
      partialFilterExpression: Object.fromEntries(fields.map((field) => [path(field), { $exists: true }])),
    }),
  );
  return [
    {
      name: 'key',
      unique: true,
      key: new Map([
        ['tenant', 1],
        ['id', 1],
      ]),
    },
    ...declared,
  ];
}

const path = (field: string): string => `value.${field}`;
const keyOf = ({ tenant, id }: Key): Key => ({ tenant, id });

export interface MongoCollectionPorts {
  readonly primary: Primary;
  readonly changes: MongoChanges;
  readonly refused: TellOfDocument | undefined;
}

export class MongoCollection<T extends object, I extends string> implements Collection<T, I> {
  private readonly indexes: ReadonlyMap<string, IndexDefinition<T>>;

  private constructor(
    private readonly entries: DriverCollection<Entry>,
    private readonly ports: MongoCollectionPorts,
    private readonly definition: CollectionDefinition<T, I>,
  ) {
    this.indexes = new Map(Object.entries<IndexDefinition<T>>(definition.indexes));
  }

  static async open<T extends object, I extends string>(
    db: Db,
    ports: MongoCollectionPorts,
    definition: CollectionDefinition<T, I>,
  ): Promise<MongoCollection<T, I>> {
    const entries = db.collection<Entry>(definition.name);
    await reach(() => entries.createIndexes(indexesOf(definition)));
    return new MongoCollection(entries, ports, definition);
  }

  async insert(given: Key, value: T): Promise<Stored<T>> {
    const key = keyOf(given);
    const plain = this.checked(key, value);
    await this.writing(key, () => this.entries.insertOne({ _id: key, ...key, revision: 1, value: plain }));
    this.ports.changes.tell(this.definition.name, key);
    return { ...key, revision: 1, value: plain };
  }

  async get(given: Key): Promise<Stored<T> | undefined> {
    const entry = await this.ports.primary.read(() => this.entries.findOne(keyOf(given)));
    return entry === null ? undefined : this.stored(entry);
  }

  async replace(given: Key, revision: number, value: T): Promise<Stored<T>> {
    const key = keyOf(given);
    const plain = this.checked(key, value);
    const { matchedCount } = await this.writing(key, () =>
      this.entries.replaceOne({ ...key, revision }, { ...key, revision: revision + 1, value: plain }),
    );
    if (matchedCount === 0) throw new RevisionConflict(this.definition.name, key, revision);
    this.ports.changes.tell(this.definition.name, key);
    return { ...key, revision: revision + 1, value: plain };
  }

  async remove(given: Key, revision: number): Promise<void> {
    const key = keyOf(given);
    const { deletedCount } = await reach(() => this.entries.deleteOne({ ...key, revision }));
    if (deletedCount === 0) throw new RevisionConflict(this.definition.name, key, revision);
    this.ports.changes.tell(this.definition.name, key);
  }

  async find(tenant: string, query: Query<I>): Promise<Page<T>> {
    const plan = planQuery(this.definition.name, this.indexes.get(query.index), query);
    const fields = [...plan.rest.map(path), 'id'];
    const direction = query.descending === true ? -1 : 1;
    const found = await this.ports.primary.read(() =>
      this.entries
        .find(this.filter(tenant, query, plan))
        .sort(new Map(fields.map((field): [string, 1 | -1] => [field, direction])))
        .limit(plan.limit + 1)
        .toArray(),
    );
    const page = found.slice(0, plan.limit);
    const documents = readable(page, (entry) => this.stored(entry), this.ports.refused);
    const next = page.map((entry) => this.cursorAt(entry, plan)).findLast((cursor) => cursor !== undefined);
    return found.length <= plan.limit || next === undefined ? { documents } : { documents, next };
  }

  /** Undefined at an entry with index values that nobody of ours wrote. */
  private cursorAt(entry: Entry, { rest }: Plan): string | undefined {
    try {
      const values = indexValues(this.definition.name, entry, Object(entry.value), rest);
      return values && writeCursor([...values, entry.id]);
    } catch (error) {
      if (error instanceof InvalidDocument) return undefined;
      throw error;
    }
  }

  async every(after?: Key, limit = 1000): Promise<readonly Stored<T>[]> {
    const filter: Filter<Entry> =
      after === undefined ? {} : { $or: beyond(['tenant', 'id'], [after.tenant, after.id], '$gt') };
    const found = await this.ports.primary.read(() =>
      this.entries.find(filter).sort({ tenant: 1, id: 1 }).limit(limit).toArray(),
    );
    const documents = readable(found, (entry) => this.stored(entry), this.ports.refused);
    return documents.length > 0 || found.length === 0 ? documents : this.every(found.at(-1), limit);
  }

  watch(tenant: string, changed: (key: Key) => void): () => void {
    return this.ports.changes.watch(this.definition.name, tenant, changed);
  }

  private filter(tenant: string, query: Query<I>, plan: Plan): Filter<Entry> {
    const fields = this.indexes.get(query.index)?.fields ?? [];
    const fixed = query.equal.map((value, n): Filter<Entry> => ({ [path(fields[n] ?? '')]: { $eq: value } }));
    const present = plan.rest.map((field): Filter<Entry> => ({ [path(field)]: { $exists: true } }));
    const ranged = plan.rest[0];
    const range =
      ranged === undefined
        ? []
        : [
            ...(query.from === undefined ? [] : [{ [path(ranged)]: { $gte: query.from } }]),
            ...(query.below === undefined ? [] : [{ [path(ranged)]: { $lt: query.below } }]),
          ];
    const further =
      plan.cursor === undefined
        ? []
        : [{ $or: beyond([...plan.rest.map(path), 'id'], plan.cursor, query.descending === true ? '$lt' : '$gt') }];
    return { tenant, $and: [{ tenant }, ...fixed, ...present, ...range, ...further] };
  }

  /** The plain copy, after the checks of key and index values. */
  private checked(key: Key, value: T): T {
    checkKey(this.definition.name, key);
    const plain = plainCopy(value).value;
    for (const [index, { fields }] of this.indexes) {
      const values = indexValues(this.definition.name, key, plain, fields);
      if (values !== undefined) checkKey(this.definition.name, key, [index, ...values]);
    }
    return plain;
  }

  private stored(entry: Entry): Stored<T> {
    const { tenant, id, revision, value } = entry;
    if (!isEnvelope(entry)) throw new CorruptStorage(`${this.definition.name} ${tenant}/${id}`, 'is no document');
    return { tenant, id, revision, value };
  }

  private async writing<R>(key: Key, write: () => Promise<R>): Promise<R> {
    try {
      return await reach(write);
    } catch (error) {
      const index = refusingIndex(error);
      if (index === undefined) throw error;
      throw new DuplicateKey(this.definition.name, key, this.indexes.has(index) ? index : undefined);
    }
  }
}

/** (a, b, c) after (x, y, z): a beyond x, or a = x and b beyond y, or both equal and c beyond z. */
const beyond = (fields: readonly string[], cursor: readonly IndexValue[], operator: '$gt' | '$lt'): Filter<Entry>[] =>
  fields.map((field, n) => ({
    ...Object.fromEntries(fields.slice(0, n).map((before, m) => [before, { $eq: cursor[m] }])),
    [field]: { [operator]: cursor[n] },
  }));
