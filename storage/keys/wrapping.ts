/**
 * Keys lie in storage only wrapped: AES-256-GCM under a key that scrypt (RFC 7914) makes from the secret of the
 * installation.
 */
import { createCipheriv, createDecipheriv, hkdfSync, scrypt } from 'node:crypto';
import {
  type Collection,
  type CollectionDefinition,
  DuplicateKey,
  type Storage,
  StorageError,
  installationTenant,
} from '../port.ts';
import { unlessRaced } from '../raced.ts';

/** Random bytes from the operating system, handed down by the program. */
export type Random = (bytes: number) => Uint8Array;

export class WrongSecret extends StorageError {
  constructor() {
    super(
      'wrong-secret',
      'MEETLAT_SECRET is not the secret that wrapped the keys in this storage; start with that one',
    );
  }
}

/** Data of an earlier version, where only data of this one will do. */
export class OlderStorage extends StorageError {
  constructor() {
    super('older-storage', 'this storage was written by an earlier version; start a server of this one on it first');
  }
}

/** Data that only a newer version of the program understands. */
export class NewerStorage extends StorageError {
  constructor() {
    super(
      'newer-storage',
      'this storage was brought up to date by a newer version of Meetlat; start that one, or restore a backup',
    );
  }
}

/** The secret is being changed: nothing opens until `meetlat rotate-secret` was called to its end. */
export class SecretRotating extends StorageError {
  constructor() {
    super(
      'secret-rotating',
      'the secret of this storage is being changed; call `meetlat rotate-secret` again as it was called, to its end',
    );
  }
}

interface WrappingRecord {
  readonly salt: string;
  readonly check: string;
  /** While the secret is changed: what salt and check will be. */
  readonly next?: Pick<WrappingRecord, 'salt' | 'check'>;
  /** Keys that marked clips under former secrets, wrapped by this one: what got out then still says whose it was. */
  readonly formerClips?: readonly string[];
}
const records: CollectionDefinition<WrappingRecord, never> = { name: 'wrapping', indexes: {} };
/**
 * What the check holds: how far data of earlier versions was brought. Empty at first; then every commit and deciding
 * document has a seal; then what names a person is encrypted as well; then the check itself is closed to versions that
 * would take a stage unknown to them for the first one, and would go on writing names in clear; then documents that
 * decide only by a detour have a seal, too. A version that needs data of another form adds a stage: whoever does not
 * know it refuses to start.
 */
const stages = ['', 'sealed', 'encrypted', 'closed', 'bound'] as const;
type Stage = (typeof stages)[number];
const newest: Stage = 'bound';
/** Versions of before know the first purpose only: to them the check of a later stage is one of another secret. */
const purposes = ['check', 'check, closed to earlier versions'] as const;
const isReached = (stage: Stage, one: Stage): boolean => stages.indexOf(stage) >= stages.indexOf(one);
const purposeOf = (stage: Stage): string => purposes[isReached(stage, 'closed') ? 1 : 0];
/** Whoever does not know this purpose takes the check for one of another secret: nobody opens a storage half-way. */
const rotating = 'check, while the secret is changed';
const clips = 'clips';
const recordKey = { tenant: installationTenant, id: 'wrapping' };

/** scrypt: 32 MB and about a tenth of a second, once at start. */
const cost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const [saltBytes, keyBytes, nonceBytes, tagBytes] = [16, 32, 12, 16];
const algorithm = 'aes-256-gcm';

export interface WrappingPorts {
  /** As the engine opens it. */
  readonly storage: Storage;
  readonly secret: string;
  readonly random: Random;
}

/** A change of the secret that was begun: all that stands under the former is to be put under the next. */
export interface SecretRotation {
  /** The same however often it is ended and goes on. */
  readonly id: string;
  readonly former: Wrapping;
  readonly next: Wrapping;
}

export class Wrapping {
  private constructor(
    private readonly collection: Collection<WrappingRecord, never>,
    private readonly key: Uint8Array,
    readonly random: Random,
    private stage: Stage,
  ) {}

  /** Makes the salt on first use. Throws WrongSecret when it is another secret, SecretRotating, NewerStorage. */
  static async open(ports: WrappingPorts): Promise<Wrapping> {
    const collection = await ports.storage.collection(records);
    for (;;) {
      const known = await collection.get(recordKey);
      const salt = known === undefined ? ports.random(saltBytes) : Buffer.from(known.value.salt, 'base64url');
      const wrapping = new Wrapping(collection, await stretch(ports.secret, salt), ports.random, newest);
      if (known !== undefined) {
        if (known.value.next !== undefined) throw new SecretRotating();
        wrapping.stage = wrapping.stageOf(known.value);
        return wrapping;
      }
      try {
        await collection.insert(recordKey, {
          salt: encoded(salt),
          check: wrapping.wrap(purposeOf(newest), Buffer.from(newest)),
        });
        return wrapping;
      } catch (error) {
        if (!(error instanceof DuplicateKey)) throw error;
      }
    }
  }

  /**
   * Begins to change the secret, or goes on where it was ended: from here on nobody else opens the storage. Undefined
   * where the next secret is the secret already. Throws WrongSecret, NewerStorage; RevisionConflict where two begin.
   */
  static async rotate(ports: WrappingPorts, nextSecret: string): Promise<SecretRotation | undefined> {
    const { storage, secret, random } = ports;
    const collection = await storage.collection(records);
    const known = await collection.get(recordKey);
    if (known === undefined) throw new WrongSecret();
    const opened = async (text: string, salt: string): Promise<Wrapping> =>
      new Wrapping(collection, await stretch(text, Buffer.from(salt, 'base64url')), random, newest);
    const former = await opened(secret, known.value.salt);
    if (known.value.next !== undefined) {
      former.unwrap(rotating, known.value.check);
      const next = await opened(nextSecret, known.value.next.salt);
      next.stageOf(known.value.next);
      return { id: known.value.next.salt, former, next };
    }
    if ((await opened(nextSecret, known.value.salt)).doesOpen(known.value)) return undefined;
    // Data of before is brought up to date by a server first.
    if (former.stageOf(known.value) !== newest) throw new OlderStorage();
    const salt = encoded(random(saltBytes));
    const next = await opened(nextSecret, salt);
    const check = next.wrap(purposeOf(newest), Buffer.from(newest));
    const begun = { ...known.value, check: former.wrap(rotating, new Uint8Array(0)), next: { salt, check } };
    await collection.replace(recordKey, known.revision, begun);
    return { id: salt, former, next };
  }

  /** Whether a change of the secret was begun and is not at its end. */
  static async isRotating(storage: Storage): Promise<boolean> {
    return (await (await storage.collection(records)).get(recordKey))?.value.next !== undefined;
  }

  /** The last step of a rotation: from here on the storage opens with the next secret, and no more with the former. */
  async followed({ former }: SecretRotation): Promise<void> {
    const known = await this.collection.get(recordKey);
    if (known?.value.next === undefined) throw new WrongSecret();
    const { next, formerClips = [] } = known.value;
    const keys = [...formerClips.map((key) => former.unwrap(clips, key)), former.derive(clips)];
    await this.collection.replace(recordKey, known.revision, {
      ...next,
      formerClips: keys.map((key) => this.wrap(clips, key)),
    });
  }

  /** Keys that marked clips: under this secret, then under former ones. */
  async clipKeys(): Promise<readonly Uint8Array[]> {
    const { formerClips = [] } = (await this.collection.get(recordKey))?.value ?? {};
    return [this.derive(clips), ...formerClips.map((key) => this.unwrap(clips, key))];
  }

  /**
   * Calls `changed` once the storage does not open with this secret any more, now or later: whoever still works with it
   * must end. Ends by the returned call.
   */
  whenChanged(changed: () => void, failed: (error: unknown) => void): () => void {
    const look = (): void => {
      this.collection.get(recordKey).then((known) => {
        if (known === undefined || !this.doesOpen(known.value)) changed();
      }, failed);
    };
    const stop = this.collection.watch(installationTenant, look);
    look();
    return stop;
  }

  private doesOpen(record: WrappingRecord): boolean {
    try {
      return record.next === undefined && this.stageOf(record) !== undefined;
    } catch (error) {
      if (error instanceof WrongSecret) return false;
      throw error;
    }
  }

  /** False for storage from before there were seals, until it was sealed (sealed-storage.ts). */
  get isStorageSealed(): boolean {
    return this.stage !== '';
  }

  /** False for storage from before what names a person was encrypted (server/privacy/encrypt-old-data.ts). */
  get isStorageEncrypted(): boolean {
    return isReached(this.stage, 'encrypted');
  }

  /** False for storage that an earlier version could still open. */
  get isStorageClosed(): boolean {
    return isReached(this.stage, 'closed');
  }

  /** False for storage from before calibrations and the last sign of life had seals (server/privacy/upgrade.ts). */
  get isStorageBound(): boolean {
    return isReached(this.stage, 'bound');
  }

  /** Says so from now on, under the secret: whoever only holds the database can neither make nor remove this mark. */
  storageIsSealed(): Promise<void> {
    return this.reached('sealed');
  }

  storageIsEncrypted(): Promise<void> {
    return this.reached('encrypted');
  }

  storageIsClosed(): Promise<void> {
    return this.reached('closed');
  }

  storageIsBound(): Promise<void> {
    return this.reached('bound');
  }

  private async reached(stage: Stage): Promise<void> {
    const known = await this.collection.get(recordKey);
    if (known === undefined) throw new WrongSecret();
    const check = this.wrap(purposeOf(stage), Buffer.from(stage));
    // Where another process was first, it has said the same, or more.
    if (!isReached(this.stageOf(known.value), stage))
      await unlessRaced(this.collection.replace(recordKey, known.revision, { ...known.value, check }));
    this.stage = stage;
  }

  private stageOf({ check }: WrappingRecord): Stage {
    const text = Buffer.from(this.openedCheck(check)).toString();
    const stage = stages.find((one) => one === text);
    if (stage === undefined) throw new NewerStorage();
    return stage;
  }

  private openedCheck(check: string): Uint8Array {
    const [earlier, closed] = purposes;
    try {
      return this.unwrap(closed, check);
    } catch (error) {
      if (!(error instanceof WrongSecret)) throw error;
      return this.unwrap(earlier, check);
    }
  }

  /** @param purpose what the bytes are; they open only for the same purpose */
  wrap(purpose: string, bytes: Uint8Array): string {
    const nonce = this.random(nonceBytes);
    const cipher = createCipheriv(algorithm, this.key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(purpose));
    return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** Throws WrongSecret. */
  unwrap(purpose: string, wrapped: string): Uint8Array {
    const bytes = Buffer.from(wrapped, 'base64url');
    if (bytes.length < nonceBytes + tagBytes) throw new WrongSecret();
    try {
      const decipher = createDecipheriv(algorithm, this.key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(-tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    } catch {
      throw new WrongSecret();
    }
  }

  /** A secret of 32 bytes for one purpose (such as access tokens), the same at every start and in every process. */
  derive(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.key, new Uint8Array(0), `meetlat ${purpose}`, keyBytes));
  }
}

/** What the former secret wrapped, wrapped by the next; as it is where it was already; undefined where neither did. */
export function rewrapped(
  purpose: string,
  wrapped: string,
  { former, next }: Pick<SecretRotation, 'former' | 'next'>,
): string | undefined {
  const opened = (wrapping: Wrapping): Uint8Array | undefined => {
    try {
      return wrapping.unwrap(purpose, wrapped);
    } catch (error) {
      if (error instanceof WrongSecret) return undefined;
      throw error;
    }
  };
  if (opened(next) !== undefined) return wrapped;
  const bytes = opened(former);
  return bytes && next.wrap(purpose, bytes);
}

const encoded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

const stretch = (secret: string, salt: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    scrypt(secret.normalize('NFC'), salt, keyBytes, cost, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
