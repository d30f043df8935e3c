/**
 * One data key per person encrypts what can identify them: their voice (blobs) and what names them (person-cipher.ts).
 * Destroying it is the erasure, also in every backup of the rest.
 */
import type { Instant } from '../document/instant.ts';
import {
  type Collection,
  type CollectionDefinition,
  type DataKeyOf,
  DuplicateKey,
  type Key,
  RevisionConflict,
  type Storage,
  type Stored,
} from '../port.ts';
import { unlessRaced } from '../raced.ts';
import { type Random, type Wrapping, rewrapped } from './wrapping.ts';

/** A destroyed key leaves its record behind, so that the same person never silently gets a new one. */
interface DataKey {
  readonly wrapped?: string;
  readonly createdAt: Instant;
  readonly destroyedAt?: Instant;
}
export const dataKeysName = 'data-keys';
const definition: CollectionDefinition<DataKey, never> = { name: dataKeysName, indexes: {} };

const dataKeyBytes = 32;
const purposeOf = (tenant: string, person: string): string => JSON.stringify(['data key', tenant, person]);

export class DataKeys {
  private constructor(
    private readonly collection: Collection<DataKey, never>,
    private readonly wrapping: Wrapping,
    private readonly random: Random,
    private readonly now: () => Instant,
  ) {}

  static async open(ports: {
    readonly storage: Storage;
    readonly wrapping: Wrapping;
    readonly random: Random;
    readonly now: () => Instant;
  }): Promise<DataKeys> {
    return new DataKeys(await ports.storage.collection(definition), ports.wrapping, ports.random, ports.now);
  }

  /** Undefined after destruction, even with `create`; and when there is none and `create` is false. */
  readonly dataKeyOf: DataKeyOf = async (tenant, person, create) => {
    for (;;) {
      const stored = await this.collection.get({ tenant, id: person });
      if (stored !== undefined)
        return stored.value.wrapped === undefined
          ? undefined
          : this.wrapping.unwrap(purposeOf(tenant, person), stored.value.wrapped);
      if (!create) return undefined;
      const key = this.random(dataKeyBytes);
      try {
        await this.collection.insert(
          { tenant, id: person },
          { wrapped: this.wrapping.wrap(purposeOf(tenant, person), key), createdAt: this.now() },
        );
        return key;
      } catch (error) {
        if (!(error instanceof DuplicateKey)) throw error;
      }
    }
  };

  /** Throws WrongSecret where a key was not wrapped by the secret of this storage, or for somebody else. */
  async openAll(): Promise<void> {
    let after: Key | undefined;
    do {
      const batch = await this.collection.every(after);
      for (const { tenant, id, value } of batch)
        if (value.wrapped !== undefined) this.wrapping.unwrap(purposeOf(tenant, id), value.wrapped);
      after = batch.at(-1);
    } while (after !== undefined);
  }

  /**
   * Wraps every key by another secret. Safe again after a kill: those that it opens already stay.
   * @returns how many are wrapped by it now, how many of them only since this call, and those that neither opens
   */
  async putUnder(
    next: Wrapping,
  ): Promise<{ readonly keys: number; readonly changed: number; readonly left: string[] }> {
    const left: string[] = [];
    let [keys, changed, after]: [number, number, Key | undefined] = [0, 0, undefined];
    do {
      const batch: readonly Stored<DataKey>[] = await this.collection.every(after);
      for (const stored of batch) {
        const { tenant, id, revision, value } = stored;
        if (value.wrapped === undefined) continue;
        const wrapped = rewrapped(purposeOf(tenant, id), value.wrapped, { former: this.wrapping, next });
        if (wrapped === undefined) left.push(`${dataKeysName} ${tenant}/${id}`);
        else keys += 1;
        // Where the key is destroyed at the same moment, it stays so.
        if (wrapped !== undefined && wrapped !== value.wrapped)
          if ((await unlessRaced(this.collection.replace(stored, revision, { ...value, wrapped }))) !== undefined)
            changed += 1;
      }
      after = batch.at(-1);
    } while (after !== undefined);
    return { keys, changed, left };
  }

  /** Calls `changed` when the key of a person is made or destroyed, here or by another process. */
  watch(tenant: string, changed: (person: string) => void): () => void {
    return this.collection.watch(tenant, ({ id }) => changed(id));
  }

  /** Idempotent. A person without a key gets the mark as well: what arrives later is refused. */
  async destroyDataKey(tenant: string, person: string): Promise<void> {
    for (;;) {
      const stored = await this.collection.get({ tenant, id: person });
      if (stored !== undefined && stored.value.wrapped === undefined) return;
      const destroyed = { createdAt: stored?.value.createdAt ?? this.now(), destroyedAt: this.now() };
      try {
        if (stored === undefined) await this.collection.insert({ tenant, id: person }, destroyed);
        else await this.collection.replace(stored, stored.revision, destroyed);
        return;
      } catch (error) {
        if (!(error instanceof DuplicateKey || error instanceof RevisionConflict)) throw error;
      }
    }
  }
}
