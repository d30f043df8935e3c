/**
 * AES-256-GCM of one chunk of a blob. Key and nonce of each chunk come by HKDF-SHA-256 (RFC 5869) from the person's
 * data key, the chunk's place and the hash of its bytes: the same chunk always seals to the same bytes (an upload may
 * be repeated), and no key and nonce ever serve two contents. The place is authenticated too, so that chunks cannot be
 * swapped between persons or positions.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { sha256 } from '../document/native-hash.ts';
import { canonicalBytes } from '../document/json.ts';
import { CorruptStorage, type UploadId } from '../port.ts';

const algorithm = 'aes-256-gcm';
const [keyBytes, nonceBytes, tagBytes] = [32, 12, 16];

const placeOf = ({ tenant, person, id }: UploadId, n: number): Uint8Array => canonicalBytes([tenant, person, id, n]);

function material(dataKey: Uint8Array, place: Uint8Array, hash: string): { key: Uint8Array; nonce: Uint8Array } {
  const info = Buffer.concat([Buffer.from('meetlat chunk '), place, Buffer.from(` ${hash}`)]);
  const bytes = new Uint8Array(
    hkdfSync('sha256', dataKey, new Uint8Array(0), sha256Bytes(info), keyBytes + nonceBytes),
  );
  return { key: bytes.subarray(0, keyBytes), nonce: bytes.subarray(keyBytes) };
}

/** HKDF's info may have 1024 bytes at most; ids may be longer. */
const sha256Bytes = (bytes: Uint8Array): Uint8Array => Buffer.from(sha256(bytes), 'hex');

/** @param hash SHA-256 of `plain` in hex. Returns the ciphertext followed by its 16-byte tag. */
export function sealChunk(
  dataKey: Uint8Array,
  upload: UploadId,
  n: number,
  hash: string,
  plain: Uint8Array,
): Uint8Array {
  const place = placeOf(upload, n);
  const { key, nonce } = material(dataKey, place, hash);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(place);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws CorruptStorage when the bytes are not what was sealed at this place. */
export function openChunk(
  dataKey: Uint8Array,
  upload: UploadId,
  n: number,
  hash: string,
  sealed: Uint8Array,
): Uint8Array {
  const place = placeOf(upload, n);
  const { key, nonce } = material(dataKey, place, hash);
  const end = sealed.length - tagBytes;
  try {
    const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
      .setAAD(place)
      .setAuthTag(sealed.subarray(Math.max(end, 0)));
    return Buffer.concat([decipher.update(sealed.subarray(0, Math.max(end, 0))), decipher.final()]);
  } catch {
    throw new CorruptStorage(`upload ${upload.tenant}/${upload.id}, chunk ${n}`, 'the bytes fail authentication');
  }
}
