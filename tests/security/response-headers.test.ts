/**
 * What every response says to browsers and proxies about itself: all endpoints of the running program, to whom they
 * belong and to a stranger, and every page. Reached by HTTPS, as a centre is.
 */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, type House, openHouse } from './matrix-house.ts';
import { type Endpoint, askOf, endpointsOf, rowOf } from './matrix-ask.ts';
import { rows } from './matrix-rows.ts';

let house: House;
let endpoints: readonly Endpoint[];
let root = '';
beforeAll(async () => {
  house = await openHouse({ MEETLAT_PUBLIC_URL: 'https://exam.example' });
  root = house.url.replace('/api/v1', '');
  endpoints = await endpointsOf(house);
}, 180_000);
afterAll(() => house?.end());

/** Each with what is wrong when it is not so. */
const always: Readonly<Record<string, RegExp>> = {
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
  'referrer-policy': /^no-referrer$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'permissions-policy': /camera=\(\)/,
  'strict-transport-security': /^max-age=31536000$/,
};
function faults(place: string, headers: Headers, caching: RegExp): string[] {
  const expected = { ...always, 'cache-control': caching };
  const wrong = Object.entries(expected)
    .filter(([name, right]) => !right.test(headers.get(name) ?? ''))
    .map(([name]) => `${place}: ${name} is ${headers.get(name)}`);
  const open = ['access-control-allow-origin', 'x-powered-by', 'server'].filter((name) => headers.has(name));
  return [...wrong, ...open.map((name) => `${place}: ${name} is there`)];
}

describe('every response', () => {
  it('of an endpoint is kept, framed, sniffed and shared by nobody', async () => {
    const wrong: string[] = [];
    // In the rows' order: what one does the next one builds on.
    for (const name of Object.keys(rows)) {
      const endpoint = endpoints.find((one) => one.name === name);
      if (endpoint === undefined) throw new Error(`${name} is no endpoint`);
      const rightful = house.rightful(endpoint.access);
      for (const caller of new Set<Caller>(['nobody', rightful])) {
        const { status, headers } = await askOf(house, endpoint, house.headers(caller), 'own');
        if (caller === rightful) expect(status, name).toBe(rowOf(endpoint).own);
        wrong.push(...faults(`${name}, ${caller}, ${status}`, headers, /^no-store$/));
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  it.each([
    ...['/', '/result/', '/check/', '/invigilator/', '/examiner/', '/designer/', '/office/', '/components/'],
    ...['/health', '/nothing', '/api/v2'],
  ])('of %s is kept by nobody', async (path) => {
    const { headers } = await fetch(`${root}${path}`);
    expect(faults(path, headers, /^no-store$/)).toEqual([]);
  });

  it('of an asset may be kept: its name is a hash of its bytes', async () => {
    const [, asset = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(await (await fetch(`${root}/`)).text()) ?? [];
    const { status, headers } = await fetch(`${root}${asset}`);
    expect(status).toBe(200);
    expect(faults(asset, headers, /^public, max-age=31536000, immutable$/)).toEqual([]);
  });
});

describe('a cookie', () => {
  it('comes back to this host only, over HTTPS only, and no script reads it', () => {
    expect(house.cookies.map((cookie) => cookie.split('=')[0])).toEqual([
      '__Host-meetlat-staff',
      '__Host-meetlat-device',
    ]);
    for (const cookie of house.cookies) {
      const flags = cookie.split('; ').slice(1);
      expect(flags).toEqual(expect.arrayContaining(['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/']));
      expect(flags.join()).not.toMatch(/domain/i);
    }
  });
  it('planted under the name of before opens nothing', async () => {
    const me = (cookie: string) => fetch(`${house.url}/staff/me`, { headers: { cookie } });
    const { cookie = '' } = house.headers('office');
    expect((await me(cookie)).status).toBe(200);
    expect((await me(cookie.replace('__Host-', ''))).status).toBe(401);
  });
});

describe('the server', () => {
  /** fetch sets the name itself. */
  const askedAs = (host: string, path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(`${root}${path}`, { headers: { host } }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
  it('answers to its own name, and to no other', async () => {
    expect(await askedAs('exam.example', '/api/v1/public/about')).toBe(200);
    for (const path of ['/', '/api/v1/public/about', '/.well-known/jwks.json'])
      expect(await askedAs('evil.example', path)).toBe(421);
    expect(await askedAs('10.0.0.7', '/health')).toBe(200);
  });
  it('tells nobody its measures', async () => {
    const { status } = await fetch(`${root}/metrics`);
    expect(status).toBe(404);
  });
  it('said no name, token, code or cookie in its log', () => {
    expect(house.output()).toContain('Meetlat:');
    expect(house.unsaid.length).toBeGreaterThan(15);
    for (const word of house.unsaid) expect(house.output(), word).not.toContain(word);
  });
});
