import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { toInstant } from '../../storage/document/instant.ts';
import { type Purpose, TokenRefused, Tokens } from './tokens.ts';

const hour = 3_600_000;
const begin = Date.parse('2026-11-27T08:00:00.000Z');
const secret = new Uint8Array(32).fill(1);
/** The tokens of an installation, at a time. */
const tokens = (hours = 0, key = secret): Tokens => new Tokens(key, () => toInstant(begin + hours * hour));

const arrival = { tenant: 'x', session: 'one', arrival: 2 };
const issued = {
  candidate: () => tokens().issue('candidate', arrival),
  seat: () => tokens().issue('seat', { seat: 's', name: 'blauwe vos 12' }),
  staff: () => tokens().issue('staff', { tenant: 'x', account: 'ann@x', session: 'log-in' }),
};
const purposes = ['candidate', 'seat', 'staff'] as const satisfies readonly Purpose[];
const refusal = (read: Promise<unknown>): Promise<unknown> =>
  read.then(
    () => 'taken',
    (error: unknown) => (error instanceof TokenRefused ? error.code : error),
  );

describe('tokens', () => {
  it('say again what they were issued for', async () => {
    expect(await tokens().candidate(await issued.candidate())).toEqual(arrival);
  });

  it.each(purposes.flatMap((of) => purposes.map((as) => [of, as] as const)))(
    'of a %s, shown by a %s',
    async (of, as) => {
      expect(await refusal(tokens()[as](await issued[of]()))).toBe(of === as ? 'taken' : 'token-invalid');
    },
  );

  it.each([
    ['candidate', 8],
    ['seat', 24],
    ['staff', 12],
  ] as const)('of a %s are good for %i hours', async (purpose, hours) => {
    const token = await issued[purpose]();
    expect(await refusal(tokens(hours - 0.01)[purpose](token))).toBe('taken');
    expect(await refusal(tokens(hours + 0.01)[purpose](token))).toBe('token-expired');
  });

  it('of another installation are worthless', async () => {
    const other = tokens(0, new Uint8Array(32).fill(2));
    expect(await refusal(other.candidate(await issued.candidate()))).toBe('token-invalid');
  });

  it('signed by another algorithm, or by none, are worthless', async () => {
    const claims = new SignJWT({ ...arrival }).setAudience('candidate').setExpirationTime(begin / 1000 + 60);
    const other = await claims.setProtectedHeader({ alg: 'HS512' }).sign(new Uint8Array(64).fill(1));
    const unsigned = [{ alg: 'none' }, { ...arrival, aud: 'candidate', exp: begin / 1000 + 60 }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const long = new Tokens(new Uint8Array(64).fill(1), () => toInstant(begin));
    expect(await refusal(long.candidate(other))).toBe('token-invalid');
    expect(await refusal(tokens().candidate(`${unsigned.join('.')}.`))).toBe('token-invalid');
  });

  it('for another purpose are worthless, whatever they hold', async () => {
    const token = await new SignJWT({ ...arrival })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience('seat')
      .setExpirationTime(begin / 1000 + 60)
      .sign(secret);
    expect(await refusal(tokens().candidate(token))).toBe('token-invalid');
  });

  it('without what their purpose asks for are worthless', async () => {
    const token = await new SignJWT({ tenant: 'x', session: 'one' })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience('candidate')
      .setExpirationTime(begin / 1000 + 60)
      .sign(secret);
    expect(await refusal(tokens().candidate(token))).toBe('token-invalid');
  });
});
