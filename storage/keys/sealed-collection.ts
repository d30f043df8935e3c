/**
 * A collection whose documents carry an HMAC under the installation's secret over collection, key, revision and value.
 * A document that was written past the program is refused when it is read. What it cannot show is a whole document put
 * back as it once was, or removed: the journal is the record of what happened.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../document/json.ts';
import {
  type Collection,
  type CollectionDefinition,
  CorruptStorage,
  type Key,
  type Page,
  type Query,
  type Stored,
} from '../port.ts';

/** How the seal lies in the document, beside its own members. */
export interface Sealed {
  seal?: string;
}

export class DocumentSeals {
  /** @param key 32 bytes, from Wrapping.derive('documents') */
  constructor(private readonly key: Uint8Array) {}

  /** HMAC-SHA-256 in base64url; a seal that the value carries already is not part of it. */
  make(collection: string, { tenant, id }: Key, revision: number, value: object): string {
    const text = canonicalJson({ collection, tenant, id, revision, value: { ...value, seal: undefined } });
    return createHmac('sha256', this.key).update(text).digest('base64url');
  }

  isGenuine(collection: string, stored: Stored<Sealed>): boolean {
    const [given, expected] = [stored.value.seal ?? '', this.make(collection, stored, stored.revision, stored.value)];
    return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
  }
}

export class SealedCollection<T extends object, I extends string> implements Collection<T, I> {
  constructor(
    private readonly inner: Collection<T & Sealed, I>,
    private readonly definition: CollectionDefinition<T, I>,
    private readonly seals: DocumentSeals,
  ) {}

  async insert(key: Key, value: T): Promise<Stored<T>> {
    return this.opened(await this.inner.insert(key, this.sealed(key, 1, value)));
  }

  async get(key: Key): Promise<Stored<T> | undefined> {
    const stored = await this.inner.get(key);
    return stored && this.opened(stored);
  }

  async replace(key: Key, revision: number, value: T): Promise<Stored<T>> {
    return this.opened(await this.inner.replace(key, revision, this.sealed(key, revision + 1, value)));
  }

  remove(key: Key, revision: number): Promise<void> {
    return this.inner.remove(key, revision);
  }

  async find(tenant: string, query: Query<I>): Promise<Page<T>> {
    const page = await this.inner.find(tenant, query);
    for (const stored of page.documents) this.checkAnswers(stored, query);
    return { ...page, documents: page.documents.map((stored) => this.opened(stored)) };
  }

  async every(after?: Key, limit?: number): Promise<readonly Stored<T>[]> {
    return (await this.inner.every(after, limit)).map((stored) => this.opened(stored));
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
      throw new CorruptStorage(this.place(stored), 'the document was not written with the secret of this installation');
    const { ...value } = stored.value;
    delete value.seal;
    return { ...stored, value };
  }

  /** An index could name another, genuine document: what is found must be what was asked for. */
  private checkAnswers(stored: Stored<T>, { index, equal }: Query<I>): void {
    const { fields } = this.definition.indexes[index];
    if (equal.some((value, n) => fields[n] === undefined || stored.value[fields[n]] !== value))
      throw new CorruptStorage(this.place(stored), `index ${index} names a document that does not belong there`);
  }

  private place({ tenant, id }: Key): string {
    return `${this.definition.name} ${tenant}/${id}`;
  }
}
