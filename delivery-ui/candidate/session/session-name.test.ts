import { describe, expect, it } from 'vitest';
import { sessionNameOf } from './session-name.ts';

const tokenWith = (claims: unknown): string =>
  `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

describe('name of a session', () => {
  it('is the same for two tokens of one session', () => {
    expect(sessionNameOf(tokenWith({ tenant: 't', session: 's', arrival: 1 }))).toBe('t/s');
    expect(sessionNameOf(tokenWith({ tenant: 't', session: 's', arrival: 2 }))).toBe('t/s');
  });
  it.each(['opaque', 'a.b.c', '', tokenWith({ session: 's' }), tokenWith(null)])(
    'is the token itself where it says nothing: %s',
    (token) => expect(sessionNameOf(token)).toBe(token),
  );
});
