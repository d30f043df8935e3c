/**
 * A certificate small enough for a QR code. The signed text is base64url of JSON, which a QR code cannot hold; unpacked
 * and deflated it is a third of that. Packing is exact: what comes out is the signed text, letter for letter, or it is
 * not packed at all.
 */

/** In front of a packed certificate in the fragment; a compact JWS never begins like this. */
const mark = 'z.';

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  limit = Infinity,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length;
    if (length > limit) {
      await reader.cancel();
      throw new RangeError(`more than ${limit} bytes`);
    }
    parts.push(read.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The most a certificate may be when unpacked, bytes: what the server takes for a check. */
const largest = 20_000;

/**
 * Header and payload as they are, with a zero byte between (JSON has none), deflated; then the signature. Undefined
 * where that is not exact.
 */
export async function packCredential(credential: string): Promise<string | undefined> {
  const [header, payload, signature, ...rest] = credential.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return undefined;
  const [first, second] = [fromBase64Url(header), fromBase64Url(payload)];
  const joined = new Uint8Array(first.length + 1 + second.length);
  joined.set(first);
  joined.set(second, first.length + 1);
  const packed = `${mark}${toBase64Url(await through(joined, new CompressionStream('deflate-raw')))}.${signature}`;
  return (await unpackCredential(packed)) === credential ? packed : undefined;
}

/** The certificate in a fragment, packed or not. @throws what cannot be unpacked */
export async function unpackCredential(text: string): Promise<string> {
  if (!text.startsWith(mark)) return text;
  const [packed = '', signature = ''] = text.slice(mark.length).split('.');
  const joined = await through(fromBase64Url(packed), new DecompressionStream('deflate-raw'), largest);
  const between = joined.indexOf(0);
  return `${toBase64Url(joined.subarray(0, between))}.${toBase64Url(joined.subarray(between + 1))}.${signature}`;
}

/**
 * What somebody pasted or opened: the certificate alone, a whole link to the check page, or a text broken into lines.
 */
export function pastedCredential(pasted: string): string {
  const text = pasted.replace(/\s+/g, '');
  const fragment = text.startsWith('http') ? text.slice(text.indexOf('#') + 1) : text;
  try {
    return decodeURIComponent(fragment.replace(/^"|"$/g, ''));
  } catch {
    return fragment;
  }
}
