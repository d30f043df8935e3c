/**
 * A collection whose documents hold one text that names a person, such as a certificate. It is kept as ciphertext under
 * that person's key; once the key is destroyed the member is absent.
 */
import { type Collection, type Key, type Page, type Query, type Stored } from '../port.ts';
import { type PersonCipher, isSealedText } from './person-cipher.ts';

/** `candidate` is the person's pseudonym. */
export type Personal<M extends string> = { readonly candidate: string } & { readonly [K in M]?: string };

export class PersonalCollection<M extends string, T extends Personal<M>, I extends string> implements Collection<T, I> {
  constructor(
    private readonly inner: Collection<T, I>,
    private readonly member: M,
    private readonly cipher: Pick<PersonCipher, 'open' | 'seal'>,
  ) {}

  async insert(key: Key, value: T): Promise<Stored<T>> {
    return { ...(await this.inner.insert(key, await this.sealed(key, value))), value };
  }

  async get(key: Key): Promise<Stored<T> | undefined> {
    const stored = await this.inner.get(key);
    return stored && this.opened(stored);
  }

  async replace(key: Key, revision: number, value: T): Promise<Stored<T>> {
    return { ...(await this.inner.replace(key, revision, await this.sealed(key, value))), value };
  }

  remove(key: Key, revision: number): Promise<void> {
    return this.inner.remove(key, revision);
  }

  async find(tenant: string, query: Query<I>): Promise<Page<T>> {
    const page = await this.inner.find(tenant, query);
    return { ...page, documents: await Promise.all(page.documents.map((stored) => this.opened(stored))) };
  }

  async every(after?: Key, limit?: number): Promise<readonly Stored<T>[]> {
    return Promise.all((await this.inner.every(after, limit)).map((stored) => this.opened(stored)));
  }

  watch(tenant: string, changed: (key: Key) => void): () => void {
    return this.inner.watch(tenant, changed);
  }

  private async sealed({ tenant }: Key, value: T): Promise<T> {
    const text = value[this.member];
    if (text === undefined) return value;
    return { ...value, [this.member]: await this.cipher.seal({ tenant, person: value.candidate }, this.member, text) };
  }

  private async opened(stored: Stored<T>): Promise<Stored<T>> {
    const { tenant, value } = stored;
    const sealed = value[this.member];
    // In clear: as it was kept before.
    if (sealed === undefined || !isSealedText(sealed)) return stored;
    const text = await this.cipher.open({ tenant, person: value.candidate }, this.member, sealed);
    if (text !== undefined) return { ...stored, value: { ...value, [this.member]: text } };
    const { ...erased } = value;
    delete erased[this.member];
    return { ...stored, value: erased };
  }
}
