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

/** Data that only a newer version of the program understands. */
export class NewerStorage extends StorageError {
  constructor() {
    super(
      'newer-storage',
      'this storage was brought up to date by a newer version of Meetlat; start that one, or restore a backup',
    );
  }
}

interface WrappingRecord {
  readonly salt: string;
  readonly check: string;
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
const recordKey = { tenant: installationTenant, id: 'wrapping' };

/** scrypt: 32 MB and about a tenth of a second, once at start. */
const cost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const [saltBytes, keyBytes, nonceBytes, tagBytes] = [16, 32, 12, 16];
const algorithm = 'aes-256-gcm';

export class Wrapping {
  private constructor(
    private readonly collection: Collection<WrappingRecord, never>,
    private readonly key: Uint8Array,
    readonly random: Random,
    private stage: Stage,
  ) {}

  /** Makes the salt on first use. Throws WrongSecret when the storage was begun with another secret, NewerStorage. */
  static async open(ports: {
    readonly storage: Storage;
    readonly secret: string;
    readonly random: Random;
  }): Promise<Wrapping> {
    const collection = await ports.storage.collection(records);
    for (;;) {
      const known = await collection.get(recordKey);
      const salt = known === undefined ? ports.random(saltBytes) : Buffer.from(known.value.salt, 'base64url');
      const wrapping = new Wrapping(collection, await stretch(ports.secret, salt), ports.random, newest);
      if (known !== undefined) {
        wrapping.stage = wrapping.stageOf(known.value);
        return wrapping;
      }
      try {
        await collection.insert(recordKey, {
          salt: Buffer.from(salt).toString('base64url'),
          check: wrapping.wrap(purposeOf(newest), Buffer.from(newest)),
        });
        return wrapping;
      } catch (error) {
        if (!(error instanceof DuplicateKey)) throw error;
      }
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

const stretch = (secret: string, salt: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    scrypt(secret.normalize('NFC'), salt, keyBytes, cost, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
