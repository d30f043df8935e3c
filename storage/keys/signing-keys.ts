/**
 * The installation's signing keys: made on first use, rotated by adding a newer one; older public keys stay, so that
 * old signatures verify.
 */
import { CompactSign, type JSONWebKeySet, type JWK, type CompactJWSHeaderParameters, importJWK } from 'jose';
import type { Instant } from '../document/instant.ts';
import {
  type Collection,
  type CollectionDefinition,
  CorruptStorage,
  DuplicateKey,
  type Storage,
  type Stored,
  installationTenant,
} from '../port.ts';
import { type SigningAlgorithm, makeKeyPair } from './key-pair.ts';
import type { DocumentRenewal } from './rotation.ts';
import type { Random, SecretRotation, Wrapping } from './wrapping.ts';

interface SigningKey {
  readonly algorithm: SigningAlgorithm;
  /** 1, 2, 3 …: the highest signs. Two processes cannot both add the same. */
  readonly sequence: number;
  readonly publicJwk: JWK;
  readonly wrapped: string;
  readonly createdAt: Instant;
}
type Index = 'sequence';
export const signingKeys: CollectionDefinition<SigningKey, Index> = {
  name: 'signing-keys',
  indexes: { sequence: { fields: ['algorithm', 'sequence'], unique: true } },
  sealed: true,
};

export interface SigningPorts {
  readonly storage: Storage;
  readonly wrapping: Wrapping;
  readonly random: Random;
  readonly now: () => Instant;
  readonly algorithm?: SigningAlgorithm;
}

const purposeOf = (kid: string): string => JSON.stringify(['signing key', kid]);

/** What of a key's document the secret made, put under the next; throws WrongSecret. For a rotation of the secret. */
export const signingKeyRenewal = ({ former, next }: SecretRotation): DocumentRenewal => ({
  collection: signingKeys.name,
  renew: async ({ id, value: { wrapped } }) =>
    typeof wrapped === 'string' ? { wrapped: next.wrap(purposeOf(id), former.unwrap(purposeOf(id), wrapped)) } : {},
});

/** Public keys of both algorithms, newest first, as the storage has them: for this no secret is needed. */
export async function publicKeys(storage: Storage): Promise<JSONWebKeySet> {
  const collection = await storage.collection(signingKeys);
  const lists = await Promise.all(
    (['EdDSA', 'ES256'] as const).map((algorithm) => newest(collection, algorithm, 1000)),
  );
  return { keys: lists.flat().map((key) => key.value.publicJwk) };
}

const newest = async (
  collection: Collection<SigningKey, Index>,
  algorithm: SigningAlgorithm,
  limit: number,
): Promise<readonly Stored<SigningKey>[]> =>
  (await collection.find(installationTenant, { index: 'sequence', equal: [algorithm], descending: true, limit }))
    .documents;

export class SigningKeys {
  private readonly opened = new Map<string, Awaited<ReturnType<typeof importJWK>>>();

  private constructor(
    private readonly collection: Collection<SigningKey, Index>,
    private readonly ports: SigningPorts,
    readonly algorithm: SigningAlgorithm,
  ) {}

  /** Throws WrongSecret when the current key does not open. */
  static async open(ports: SigningPorts): Promise<SigningKeys> {
    const keys = new SigningKeys(await ports.storage.collection(signingKeys), ports, ports.algorithm ?? 'EdDSA');
    await keys.privateKey(await keys.current());
    return keys;
  }

  /** Compact JWS (RFC 7515) of the payload, by the newest key. The header gets `alg` and `kid`. */
  readonly sign = async (
    payload: Uint8Array | string,
    header: Omit<CompactJWSHeaderParameters, 'alg' | 'kid'> = {},
  ): Promise<string> => {
    const key = await this.current();
    const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
    return new CompactSign(bytes)
      .setProtectedHeader({ ...header, alg: this.algorithm, kid: key.id })
      .sign(await this.privateKey(key));
  };

  jwks(): Promise<JSONWebKeySet> {
    return publicKeys(this.ports.storage);
  }

  /** Adds a key that signs from now on; returns its kid. */
  async rotate(): Promise<string> {
    const current = await this.current();
    return (await this.add(current.value.sequence + 1)).id;
  }

  private async current(): Promise<Stored<SigningKey>> {
    return (await newest(this.collection, this.algorithm, 1))[0] ?? (await this.add(1));
  }

  /** When another process adds the same number first, its key is the one. */
  private async add(sequence: number): Promise<Stored<SigningKey>> {
    const { kid, privateJwk, publicJwk } = await makeKeyPair(this.algorithm, this.ports.random);
    const wrapped = this.ports.wrapping.wrap(purposeOf(kid), Buffer.from(JSON.stringify(privateJwk)));
    try {
      return await this.collection.insert(
        { tenant: installationTenant, id: kid },
        { algorithm: this.algorithm, sequence, publicJwk, wrapped, createdAt: this.ports.now() },
      );
    } catch (error) {
      const first = error instanceof DuplicateKey ? (await newest(this.collection, this.algorithm, 1))[0] : undefined;
      if (!(error instanceof DuplicateKey)) throw error;
      if (first === undefined)
        throw new CorruptStorage('signing-keys', 'no key there was written with the secret of this installation');
      return first;
    }
  }

  private async privateKey({ id, value }: Stored<SigningKey>): Promise<Awaited<ReturnType<typeof importJWK>>> {
    const known = this.opened.get(id);
    if (known !== undefined) return known;
    const jwk: JWK = JSON.parse(Buffer.from(this.ports.wrapping.unwrap(purposeOf(id), value.wrapped)).toString('utf8'));
    const key = await importJWK(jwk, this.algorithm);
    this.opened.set(id, key);
    return key;
  }
}
