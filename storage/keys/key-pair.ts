/** Signing key pairs from given random bytes, as private JWK (RFC 7517, 8037). */
import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto';
import { type JWK, calculateJwkThumbprint } from 'jose';
import type { Random } from './wrapping.ts';

export type SigningAlgorithm = 'EdDSA' | 'ES256';

export interface KeyPair {
  readonly kid: string;
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/** PKCS #8 of an Ed25519 private key up to its 32-byte seed (RFC 8410). */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const secretBytes = 32;

function ed25519(random: Random): JWK {
  const key = createPrivateKey({
    key: Buffer.concat([ed25519Prefix, random(secretBytes)]),
    format: 'der',
    type: 'pkcs8',
  });
  const { kty, crv, x, d } = key.export({ format: 'jwk' });
  return jwk({ kty, crv, x, d });
}

function p256(random: Random): JWK {
  const pair = createECDH('prime256v1');
  // A scalar of 0 or not below the group's order (chance about 2⁻³²) is refused by OpenSSL: draw again.
  for (;;) {
    const d = random(secretBytes);
    try {
      pair.setPrivateKey(Buffer.from(d));
    } catch {
      continue;
    }
    const point = pair.getPublicKey();
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
    return jwk({
      kty: 'EC',
      crv: 'P-256',
      x: text(point.subarray(1, 33)),
      y: text(point.subarray(33, 65)),
      d: text(d),
    });
  }
}

/** Leaves out members that are undefined. */
function jwk(members: {
  kty?: string | undefined;
  crv?: string | undefined;
  x?: string | undefined;
  y?: string | undefined;
  d?: string | undefined;
}): JWK {
  const { kty, crv, x, y, d } = members;
  return {
    ...(kty === undefined ? {} : { kty }),
    ...(crv === undefined ? {} : { crv }),
    ...(x === undefined ? {} : { x }),
    ...(y === undefined ? {} : { y }),
    ...(d === undefined ? {} : { d }),
  };
}

/** The `kid` is the key's thumbprint (RFC 7638), so that it can be recomputed from the public key alone. */
export async function makeKeyPair(algorithm: SigningAlgorithm, random: Random): Promise<KeyPair> {
  const privateJwk = algorithm === 'EdDSA' ? ed25519(random) : p256(random);
  const { kty, crv, x, y } = privateJwk;
  const bare = jwk({ kty, crv, x, y });
  createPublicKey({ key: { ...bare }, format: 'jwk' });
  const kid = await calculateJwkThumbprint(bare, 'sha256');
  return { kid, privateJwk, publicJwk: { ...bare, kid, alg: algorithm, use: 'sig' } };
}
