/** Tokens as the program made them, but for their end, which is past. */
import { randomBytes } from 'node:crypto';
import { SignJWT, decodeJwt } from 'jose';
import { readConfiguration } from '../../server/configuration.ts';
import { openSealed } from '../../server/open-storage.ts';
import { toInstant } from '../../storage/document/instant.ts';

/** @param folder of the installation whose secret signs them */
export async function expiredTokens(
  folder: string,
  tokens: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, string>> {
  const { storage, wrapping } = await openSealed(readConfiguration({ MEETLAT_DATA: folder }, folder), {
    now: () => toInstant(Date.now()),
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
  });
  await storage.close();
  const expired = await Promise.all(
    Object.entries(tokens).map(async ([name, token]) => {
      const { exp = 0, ...content } = decodeJwt(token);
      const ended = Math.min(exp, Math.floor(Date.now() / 1000)) - 60;
      const again = new SignJWT(content).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).setExpirationTime(ended);
      return [name, await again.sign(wrapping.derive('tokens'))] as const;
    }),
  );
  return new Map(expired);
}
