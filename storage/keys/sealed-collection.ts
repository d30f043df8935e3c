/**
 * A collection whose documents carry an HMAC under the installation's secret over collection, key, revision and value.
 * A document that was written past the program is refused when it is read, and where many are read it is passed over.
 * What this cannot show is a whole document put back as it once was, or removed: the journal is the record of what
 * happened.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../document/json.ts';
import {
  type Collection,
  type CollectionDefinition,
  CorruptStorage,
  type Key,
  type Page,
  DuplicateKey,
  type Query,
  type Stored,
} from '../port.ts';
import { type TellOfDocument, readable, unlessCorrupt } from '../readable.ts';

/** How the seal lies in the document, beside its own members. */
export interface Sealed {
  seal?: string;
}

/** What an engine holds may be no JSON; then nobody of ours wrote it. */
const isJson = (value: object): boolean => {
  try {
    canonicalJson(value);
    return true;
  } catch {
    return false;
  }
};

export class DocumentSeals {
  /** @param key 32 bytes, from Wrapping.derive('documents') */
  constructor(private readonly key: Uint8Array) {}

  /** HMAC-SHA-256 in base64url; a seal that the value carries already is not part of it. */
  make(collection: string, { tenant, id }: Key, revision: number, value: object): string {
    const text = canonicalJson({ collection, tenant, id, revision, value: { ...value, seal: undefined } });
    return createHmac('sha256', this.key).update(text).digest('base64url');
  }

  isGenuine(collection: string, stored: Stored<Sealed>): boolean {
    const given: unknown = stored.value.seal;
    if (typeof given !== 'string' || !isJson(stored.value)) return false;
    const expected = this.make(collection, stored, stored.revision, stored.value);
    return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
  }
}

export class SealedCollection<T extends object, I extends string> implements Collection<T, I> {
  private readonly passOver: TellOfDocument | undefined;

  constructor(
    private readonly inner: Collection<T & Sealed, I>,
    private readonly definition: CollectionDefinition<T, I>,
    private readonly seals: DocumentSeals,
    /** Absent: the first document that is refused is thrown. */
    private readonly tell?: TellOfDocument,
  ) {
    // Whoever is to be told has been, where it was refused.
    this.passOver = tell && (() => undefined);
  }

  async insert(key: Key, value: T): Promise<Stored<T>> {
    try {
      return this.opened(await this.inner.insert(key, this.sealed(key, 1, value)));
    } catch (error) {
      const forged = error instanceof DuplicateKey ? await this.replaceableForgery(key) : undefined;
      if (forged === undefined) throw error;
      return this.replace(key, forged.revision, value);
    }
  }

  async get(key: Key): Promise<Stored<T> | undefined> {
    const read = this.genuine(key);
    return this.definition.replaceable === true && this.passOver ? unlessCorrupt(read, this.passOver) : read;
  }

  async replace(key: Key, revision: number, value: T): Promise<Stored<T>> {
    return this.opened(await this.inner.replace(key, revision, this.sealed(key, revision + 1, value)));
  }

  remove(key: Key, revision: number): Promise<void> {
    return this.inner.remove(key, revision);
  }

  async find(tenant: string, query: Query<I>): Promise<Page<T>> {
    const { fields, unique } = this.definition.indexes[query.index];
    // Whoever looks for one document is not told that there is none.
    const passOver = unique === true && query.equal.length === fields.length ? undefined : this.passOver;
    for (let asked = query; ;) {
      const page = await this.inner.find(tenant, asked);
      const documents = readable(page.documents, (stored) => this.answer(stored, query), passOver);
      // A page of nothing but forgeries hides none of those after it.
      if (documents.length > 0 || page.next === undefined) return { ...page, documents };
      asked = { ...query, after: page.next };
    }
  }

  async every(after?: Key, limit?: number): Promise<readonly Stored<T>[]> {
    for (let last = after; ;) {
      const batch = await this.inner.every(last, limit);
      const documents = readable(batch, (stored) => this.opened(stored), this.passOver);
      if (documents.length > 0 || batch.length === 0) return documents;
      last = batch.at(-1);
    }
  }

  watch(tenant: string, changed: (key: Key) => void): () => void {
    return this.inner.watch(tenant, changed);
  }

  private sealed(key: Key, revision: number, value: T): T & Sealed {
    return { ...value, seal: this.seals.make(this.definition.name, key, revision, value) };
  }

  /** The document without its seal. Throws CorruptStorage. */
  private opened(stored: Stored<T & Sealed>): Stored<T> {
    if (!this.seals.isGenuine(this.definition.name, stored))
      throw this.refused(stored, 'the document was not written with the secret of this installation');
    const { ...value } = stored.value;
    delete value.seal;
    return { ...stored, value };
  }

  private async genuine(key: Key): Promise<Stored<T> | undefined> {
    const stored = await this.inner.get(key);
    return stored && this.opened(stored);
  }

  private async replaceableForgery(key: Key): Promise<Stored<T & Sealed> | undefined> {
    if (this.definition.replaceable !== true) return undefined;
    // What the engine cannot read at all stays as it is.
    const stored = await unlessCorrupt(this.inner.get(key), () => undefined);
    return stored === undefined || this.seals.isGenuine(this.definition.name, stored) ? undefined : stored;
  }

  /** An index could name another, genuine document: what is found must be what was asked for. */
  private answer(stored: Stored<T & Sealed>, { index, equal }: Query<I>): Stored<T> {
    const { fields } = this.definition.indexes[index];
    if (equal.some((value, n) => fields[n] === undefined || stored.value[fields[n]] !== value))
      throw this.refused(stored, `index ${index} names a document that does not belong there`);
    return this.opened(stored);
  }

  private refused({ tenant, id }: Key, why: string): CorruptStorage {
    const damage = new CorruptStorage(`${this.definition.name} ${tenant}/${id}`, why);
    this.tell?.(damage);
    return damage;
  }
}
