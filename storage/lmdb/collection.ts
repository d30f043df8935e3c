/** Documents and their index entries, always written together. */
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
import { checkKey, indexValues, isEnvelope, plainCopy, planQuery, writeCursor } from '../port.query.ts';
import { type TellOfDocument, readable } from '../readable.ts';
import type { LmdbChanges } from './changes.ts';
import type { Database, EntryKey, KeyPart } from './database.ts';

interface Entry {
  readonly index: string;
  readonly unique: boolean;
  readonly prefix: EntryKey;
  readonly key: EntryKey;
}
interface Envelope<T> {
  readonly revision: number;
  readonly value: T;
}

const nothing = new Uint8Array(0);

export class LmdbCollection<T extends object, I extends string> implements Collection<T, I> {
  private readonly indexes: ReadonlyMap<string, IndexDefinition<T>>;

  constructor(
    private readonly database: Database,
    private readonly changes: LmdbChanges,
    private readonly definition: CollectionDefinition<T, I>,
    private readonly tell?: TellOfDocument,
  ) {
    this.indexes = new Map(Object.entries<IndexDefinition<T>>(definition.indexes));
  }

  async insert({ tenant, id }: Key, value: T): Promise<Stored<T>> {
    const key = { tenant, id };
    checkKey(this.definition.name, key);
    const plain = plainCopy(value);
    const entries = this.entriesOf(key, plain.value);
    await this.database.transact(() => {
      if (this.database.has(this.documentKey(key))) throw new DuplicateKey(this.definition.name, key);
      this.checkUnique(key, entries);
      this.database.put(this.documentKey(key), envelope(1, plain.text));
      for (const entry of entries) this.database.put(entry.key, nothing);
      this.changes.note({ collection: this.definition.name, key });
    });
    this.changes.tell({ collection: this.definition.name, key });
    return { ...key, revision: 1, value: plain.value };
  }

  async get({ tenant, id }: Key): Promise<Stored<T> | undefined> {
    const stored = this.read({ tenant, id });
    return stored === undefined ? undefined : { tenant, id, ...stored };
  }

  async replace({ tenant, id }: Key, revision: number, value: T): Promise<Stored<T>> {
    const key = { tenant, id };
    const plain = plainCopy(value);
    const entries = this.entriesOf(key, plain.value);
    await this.database.transact(() => {
      const before = this.entriesOf(key, this.readAt(key, revision));
      this.checkUnique(key, entries);
      for (const entry of before) this.database.remove(entry.key);
      this.database.put(this.documentKey(key), envelope(revision + 1, plain.text));
      for (const entry of entries) this.database.put(entry.key, nothing);
      this.changes.note({ collection: this.definition.name, key });
    });
    this.changes.tell({ collection: this.definition.name, key });
    return { ...key, revision: revision + 1, value: plain.value };
  }

  async remove({ tenant, id }: Key, revision: number): Promise<void> {
    const key = { tenant, id };
    await this.database.transact(() => {
      const before = this.entriesOf(key, this.readAt(key, revision));
      for (const entry of before) this.database.remove(entry.key);
      this.database.remove(this.documentKey(key));
      this.changes.note({ collection: this.definition.name, key });
    });
    this.changes.tell({ collection: this.definition.name, key });
  }

  async find(tenant: string, query: Query<I>): Promise<Page<T>> {
    const { limit, cursor } = planQuery(this.definition.name, this.indexes.get(query.index), query);
    const prefix = this.indexPrefix(query.index, tenant, query.equal);
    const places: Key[] = [];
    let next: readonly KeyPart[] | undefined;
    const keys = this.database.keys({
      prefix,
      from: query.from,
      below: query.below,
      descending: query.descending,
      after: cursor && [...prefix, ...cursor],
      limit: limit + 1,
    });
    for (const key of keys) {
      if (places.length === limit)
        return { documents: this.found(query.index, places), ...(next && { next: writeCursor(next) }) };
      places.push({ tenant, id: String(key.at(-1)) });
      next = key.slice(prefix.length);
    }
    return { documents: this.found(query.index, places) };
  }

  private found(index: string, places: readonly Key[]): readonly Stored<T>[] {
    const read = (key: Key): Stored<T> => {
      const stored = this.read(key);
      if (stored === undefined) throw this.corrupt(key, `index ${index} names a document that is missing`);
      return { ...key, ...stored };
    };
    return readable(places, read, this.tell);
  }

  async every(after?: Key, limit = 1000): Promise<readonly Stored<T>[]> {
    const prefix: EntryKey = ['d', this.definition.name];
    for (let last = after; ;) {
      const keys = [...this.database.keys({ prefix, after: last && this.documentKey(last), limit })];
      const places = keys.map((key): Key => ({ tenant: String(key[2]), id: String(key[3]) }));
      const read = (key: Key): readonly Stored<T>[] => {
        const stored = this.read(key);
        return stored === undefined ? [] : [{ ...key, ...stored }];
      };
      const documents = readable(places, read, this.tell).flat();
      if (documents.length > 0 || places.length === 0) return documents;
      last = places.at(-1);
    }
  }

  watch(tenant: string, changed: (key: Key) => void): () => void {
    return this.changes.watch(this.definition.name, tenant, changed);
  }

  private documentKey({ tenant, id }: Key): EntryKey {
    return ['d', this.definition.name, tenant, id];
  }

  private indexPrefix(index: string, tenant: string, values: readonly IndexValue[]): EntryKey {
    return ['i', this.definition.name, index, tenant, ...values];
  }

  private entriesOf(key: Key, value: T): readonly Entry[] {
    return [...this.indexes].flatMap(([index, { fields, unique = false }]) => {
      const values = indexValues(this.definition.name, key, value, fields);
      if (values === undefined) return [];
      checkKey(this.definition.name, key, [index, ...values]);
      const prefix = this.indexPrefix(index, key.tenant, values);
      const entryKey: EntryKey = [...prefix, key.id];
      return [{ index, unique, prefix, key: entryKey }];
    });
  }

  private checkUnique(key: Key, entries: readonly Entry[]): void {
    for (const { index, unique, prefix } of entries) {
      if (!unique) continue;
      for (const other of this.database.keys({ prefix, limit: 2 }))
        if (other.at(-1) !== key.id) throw new DuplicateKey(this.definition.name, key, index);
    }
  }

  /** The value at that revision. Throws RevisionConflict. */
  private readAt(key: Key, revision: number): T {
    const stored = this.read(key);
    if (stored?.revision !== revision) throw new RevisionConflict(this.definition.name, key, revision);
    return stored.value;
  }

  private read(key: Key): Envelope<T> | undefined {
    const bytes = this.database.get(this.documentKey(key));
    if (bytes === undefined) return undefined;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    const stored = this.parsed(key, text);
    if (!isEnvelope(stored)) throw this.corrupt(key, 'is no document');
    return { revision: stored.revision, value: stored.value };
  }

  private parsed(key: Key, text: string): Envelope<T> {
    try {
      const stored: Envelope<T> = JSON.parse(text);
      return stored;
    } catch {
      throw this.corrupt(key, 'is no document');
    }
  }

  private corrupt({ tenant, id }: Key, why: string): CorruptStorage {
    return new CorruptStorage(`${this.definition.name} ${tenant}/${id}`, why);
  }
}

const envelope = (revision: number, text: string): string => `{"revision":${revision},"value":${text}}`;
