/**
 * Texts that name a person, encrypted under that person's data key: destroying the key erases them wherever they lie.
 * AES-256-GCM under a key of its own that comes by HKDF-SHA-256 (RFC 5869) from the data key, so that texts and
 * recordings share none; tenant, person and purpose are authenticated, so that no text serves in another place.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { canonicalBytes } from '../document/json.ts';
import { type Instant, toEpochMs } from '../document/instant.ts';
import { CorruptStorage, StorageError } from '../port.ts';
import type { DataKeys } from './data-keys.ts';
import type { Random } from './wrapping.ts';

/** Whose key: the person's pseudonym at an agency. */
export interface KeyOwner {
  readonly tenant: string;
  readonly person: string;
}

/** The person's key was destroyed: nothing can be kept under it any more. */
export class PersonErased extends StorageError {
  constructor({ tenant, person }: KeyOwner) {
    super('person-erased', `${tenant}/${person}: the key of this person was destroyed`);
  }
}

export interface PersonCipherPorts {
  readonly dataKeys: Pick<DataKeys, 'dataKeyOf' | 'watch'>;
  readonly random: Random;
  readonly now: () => Instant;
}

/** Keys in memory end when they are destroyed, here or by another process; this bounds a notice that was missed, ms. */
const keptMs = 30_000;
const mostKept = 2_000;

/** Begins every ciphertext, so that it is never taken for a text in clear, nor the other way round. */
const mark = 'p1.';
export const isSealedText = (text: string): boolean => text.startsWith(mark);
/** Stands where a person was erased before the text could be encrypted. */
export const erasedText = mark;

const algorithm = 'aes-256-gcm';
const [keyBytes, nonceBytes, tagBytes] = [32, 12, 16];

/** Short texts that were opened are kept with the key, and end with it: who sits a test is shown at every answer. */
const [mostTexts, longestText] = [4, 2_000];

interface KeptKey {
  readonly key: Uint8Array;
  readonly untilMs: number;
  /** By purpose and ciphertext. */
  readonly texts: Map<string, string>;
}

interface KeyWatcher {
  readonly tenant: string;
  readonly changed: (person: string) => void;
}

export class PersonCipher {
  private readonly kept = new Map<string, KeptKey>();
  private readonly watched = new Set<string>();
  private readonly watchers = new Set<KeyWatcher>();
  /** Counts changes of keys: a key that was read before one of them is not kept. */
  private changes = 0;

  constructor(private readonly ports: PersonCipherPorts) {}

  /** @param purpose what the text is; it opens only for the same purpose. Throws PersonErased. */
  async seal(owner: KeyOwner, purpose: string, text: string): Promise<string> {
    const key = (await this.keyOf(owner, true))?.key;
    if (key === undefined) throw new PersonErased(owner);
    const nonce = this.ports.random(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(placeOf(owner, purpose));
    const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return mark + bytes.toString('base64url');
  }

  /** Undefined once the person's key is destroyed. Throws CorruptStorage for what was not sealed for this. */
  async open(owner: KeyOwner, purpose: string, sealed: string): Promise<string | undefined> {
    const kept = await this.keyOf(owner, false);
    if (kept === undefined) return undefined;
    const name = `${purpose} ${sealed}`;
    const text = kept.texts.get(name) ?? decrypted(kept.key, owner, purpose, sealed);
    if (text.length <= longestText && (kept.texts.size < mostTexts || kept.texts.has(name))) kept.texts.set(name, text);
    return text;
  }

  private async keyOf(owner: KeyOwner, create: boolean): Promise<KeptKey | undefined> {
    const name = nameOf(owner);
    const nowMs = toEpochMs(this.ports.now());
    const known = this.kept.get(name);
    if (known !== undefined && known.untilMs > nowMs) return known;
    this.follow(owner.tenant);
    const before = this.changes;
    const dataKey = await this.ports.dataKeys.dataKeyOf(owner.tenant, owner.person, create);
    if (dataKey === undefined) return undefined;
    const key = new Uint8Array(hkdfSync('sha256', dataKey, new Uint8Array(0), 'meetlat texts of a person', keyBytes));
    const fresh = { key, untilMs: nowMs + keptMs, texts: new Map<string, string>() };
    if (this.changes === before) this.keep(name, fresh);
    return fresh;
  }

  private keep(name: string, key: KeptKey): void {
    this.kept.delete(name);
    this.kept.set(name, key);
    const [oldest] = this.kept.keys();
    if (this.kept.size > mostKept && oldest !== undefined) this.kept.delete(oldest);
  }

  /**
   * Calls `changed` when the key of a person was made or destroyed, here or by another process, once it is out of
   * memory here: what is opened from then on is as it is now. Ends by the returned call.
   */
  watch(tenant: string, changed: (person: string) => void): () => void {
    const watcher = { tenant, changed };
    this.watchers.add(watcher);
    this.follow(tenant);
    return () => void this.watchers.delete(watcher);
  }

  private follow(tenant: string): void {
    if (this.watched.has(tenant)) return;
    this.watched.add(tenant);
    this.ports.dataKeys.watch(tenant, (person) => {
      this.changes += 1;
      this.kept.delete(nameOf({ tenant, person }));
      for (const watcher of this.watchers) if (watcher.tenant === tenant) watcher.changed(person);
    });
  }
}

const nameOf = ({ tenant, person }: KeyOwner): string => JSON.stringify([tenant, person]);
const placeOf = ({ tenant, person }: KeyOwner, purpose: string): Uint8Array =>
  canonicalBytes(['text', tenant, person, purpose]);

/** Throws CorruptStorage. */
function decrypted(key: Uint8Array, owner: KeyOwner, purpose: string, sealed: string): string {
  const bytes = Buffer.from(isSealedText(sealed) ? sealed.slice(mark.length) : '', 'base64url');
  const end = Math.max(bytes.length - tagBytes, nonceBytes);
  try {
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
      .setAAD(placeOf(owner, purpose))
      .setAuthTag(bytes.subarray(end));
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, end)), decipher.final()]).toString('utf8');
  } catch {
    throw new CorruptStorage(`${purpose} of ${nameOf(owner)}`, 'is not what was sealed for this person');
  }
}
