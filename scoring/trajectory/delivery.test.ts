/** From a session to the trajectory system: real journal, real keys, a real receiver in a process of its own. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { DataKeys } from '../../storage/keys/data-keys.ts';
import { PersonCipher } from '../../storage/keys/person-cipher.ts';
import { SigningKeys } from '../../storage/keys/signing-keys.ts';
import { Wrapping } from '../../storage/keys/wrapping.ts';
import { resultKeyHash } from '../../delivery/sessions/personal.ts';
import type { SessionId } from '../../delivery/sessions/run.ts';
import { type Certificates, issueCertificate, openCertificates } from '../certificates/issue.ts';
import { type Rooms, openRooms, satCivic, satOral } from '../results/example.suite.ts';
import { type Deliveries, type Push, deliverDue, deliveries, enqueue, openDeliveries, replay } from './deliveries.ts';
import { eventId, resultEvent } from './event.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { pushTo } from './push.ts';
import { Receiver } from './receiver.suite.ts';

const secret = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;
const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));
const realNow = (): string => new Date().toISOString();

let rooms: Rooms;
let issuer: Server;
let [source, folder] = ['', ''];
let signing: SigningKeys;
let dataKeys: DataKeys;
let all: Deliveries;
let issued: Certificates;
let receiver: Receiver;
/** The deliveries' own clock: backoff of hours passes at once. */
let clockMs = 0;

beforeEach(async () => {
  rooms = await openRooms();
  folder = await mkdtemp(join(tmpdir(), 'meetlat-receiver-'));
  const wrapping = await Wrapping.open({ storage: rooms.storage, secret: 'a long enough secret for a test', random });
  signing = await SigningKeys.open({ storage: rooms.storage, wrapping, random, now: rooms.now });
  const { storage, now } = rooms;
  dataKeys = await DataKeys.open({ storage, wrapping, random, now });
  const cipher = new PersonCipher({ dataKeys, random, now });
  [all, issued] = [await openDeliveries(storage, cipher), await openCertificates(storage, cipher)];
  issuer = createServer((_request, response) => {
    void signing
      .jwks()
      .then((jwks) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(jwks)));
  });
  await new Promise<void>((listening) => {
    issuer.listen(0, '127.0.0.1', listening);
  });
  const address = issuer.address();
  source = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  receiver = new Receiver({
    MEETLAT_TRAJECTORY_SECRET: secret,
    MEETLAT_JWKS: `${source}/.well-known/jwks.json`,
    RECEIVER_FILE: join(folder, 'events.json'),
  });
  clockMs = toEpochMs(rooms.now());
});
afterEach(async () => {
  await receiver.kill();
  issuer.closeAllConnections();
  await new Promise((closed) => {
    issuer.close(closed);
  });
  await rooms.close();
  await rm(folder, { recursive: true });
});

/** As the program does: the certificate where one is earned, then the push. */
async function released(id: SessionId, version: number): Promise<void> {
  const result = (await rooms.results.load(id)).state?.released;
  if (result === undefined) throw new Error('not released');
  const facts = { result: result.result, levels: ['A1', 'A2', 'B1'], releasedAt: result.at, synthetic: true };
  const credential = await issueCertificate(
    issued,
    id.tenant,
    {
      ...facts,
      id: id.id,
      candidate: 'c1',
      title: { nl: 'Maatschappelijke oriëntatie' },
      issuer: source,
      issuerName: 'Agentschap',
      holder: { name: 'Zoë Voorbeeld', birthDate: '1990-01-01' },
    },
    signing.sign,
  );
  const event = resultEvent('released', {
    result: result.result,
    synthetic: true,
    at: result.at,
    source,
    tenant: id.tenant,
    session: id.id,
    version,
    reference: 'KBI-Ωmega-1',
    ...(credential === undefined ? {} : { credential }),
  });
  await enqueue(all, id.tenant, eventId(id.tenant, id.id, version), 'c1', JSON.stringify(event), toInstant(clockMs));
}
const push = (url = receiver.url, timeoutMs = 10_000): Push =>
  pushTo({ url, secret }, { fetch: guardedFetch(), now: realNow, timeoutMs });
const deliver = (by: Push = push()): Promise<number> =>
  deliverDue({ all, push: by, now: () => toInstant(clockMs), jitter: () => 0.5 }, 'agii');
const stored = async (id: string) => (await all.get({ tenant: 'agii', id }))?.value;
/** Without the person's key. */
const storedAs = async (id: string) =>
  (await (await rooms.storage.collection(deliveries)).get({ tenant: 'agii', id }))?.value;
const id = { tenant: 'agii', id: 's1' };
const event1 = eventId('agii', 's1', 2);
const passed = async (session: SessionId = id): Promise<void> => {
  await rooms.keep(session, satCivic({ values: 9, practical: 20 }, { resultKeyHash: resultKeyHash(session.id) }));
  await rooms.work(released);
};

describe('a result on its way', () => {
  it("MO: certificate and push arrive, verified by the receiver with the keys' address alone", async () => {
    await receiver.start();
    await passed();
    expect(await deliver()).toBe(1);
    expect((await receiver.received()).events).toMatchObject([
      {
        id: event1,
        type: 'be.meetlat.testresult.released.v1',
        subject: 'KBI-Ωmega-1',
        certificate: 'valid, Maatschappelijke oriëntatie',
        data: { test: 'mo', outcome: 'pass', synthetic: true, regime: 'mo-70-2026', agency: 'agii' },
      },
    ]);
    expect(receiver.output).toContain('be.meetlat.testresult.released.v1 KBI-Ωmega-1 mo pass certificate: valid');
    expect(await (await fetch(receiver.root)).text()).toContain('<td>valid, Maatschappelijke oriëntatie</td>');
    expect(await stored(event1)).toMatchObject({ status: 'delivered', attempts: 1, last: '202' });
  });
  it.each([
    [5, 'B1', 'pass'],
    [3, 'A2', 'fail'],
    [1, 'A1', 'fail'],
  ] as const)('NT2: every score %i is a certificate of %s, %s', async (score, level, outcome) => {
    await receiver.start();
    await rooms.keep(id, satOral([true, true, score > 2, score > 3, score > 4]));
    await rooms.work(released);
    expect(await all.get({ tenant: 'agii', id: event1 })).toBeUndefined();
    await rooms.rateAll('agii', () => ({ TA: score, RA: score }));
    await rooms.work(released);
    expect(await deliver()).toBe(1);
    expect((await receiver.received()).events).toMatchObject([
      {
        id: eventId('agii', 's1', 3),
        certificate: `valid, Nederlands als tweede taal, mondeling ${level}`,
        data: { outcome, level, required: 'B1' },
      },
    ]);
  });
  it('a fail, and a level below A1, are pushed without a certificate', async () => {
    await receiver.start();
    await rooms.keep(id, satCivic({ values: 8, practical: 20 }, { resultKeyHash: resultKeyHash('k1') }));
    await rooms.keep(
      { tenant: 'agii', id: 's2' },
      satOral([false, false, false, false, false], { resultKeyHash: resultKeyHash('k2') }),
    );
    await rooms.work(released);
    await rooms.rateAll('agii', () => ({ TA: 0, RA: 0 }));
    await rooms.work(released);
    await deliver();
    clockMs += 10;
    await deliver();
    const { events } = await receiver.received();
    expect(events.map(({ certificate, data }) => [certificate, data['outcome'], data['level']])).toEqual([
      ['none', 'fail', undefined],
      ['none', 'fail', undefined],
    ]);
    expect(await issued.get(id)).toBeUndefined();
  });
  it('applied twice, there is one certificate, one delivery, one event', async () => {
    await receiver.start();
    await passed();
    const first = (await issued.get(id))?.value.credential;
    await released(id, 2);
    expect((await issued.get(id))?.value.credential).toBe(first);
    await deliver();
    expect(await deliver()).toBe(0);
    expect(await receiver.received()).toMatchObject({ attempts: 1, events: [{ id: event1 }] });
  });
});

describe('a receiver in trouble', () => {
  it('down for a while: the push arrives once it is back, once in effect, under the same id', async () => {
    await receiver.start();
    await receiver.kill();
    await passed();
    for (let n = 1; n <= 4; n += 1) {
      expect(await deliver()).toBe(0);
      clockMs += 60_000;
    }
    expect(await stored(event1)).toMatchObject({ status: 'waiting', attempts: 4, last: 'ECONNREFUSED' });
    await receiver.start();
    expect(await deliver()).toBe(1);
    expect(await receiver.received()).toMatchObject({ attempts: 1, events: [{ id: event1 }] });
  });
  it('answering 500: tried until it does not', async () => {
    await receiver.start({ RECEIVER_FAIL: '3' });
    await passed();
    for (let n = 1; n <= 3; n += 1) {
      expect(await deliver()).toBe(0);
      expect(await deliver()).toBe(0);
      clockMs += 60_000;
    }
    expect(await deliver()).toBe(1);
    // What is not due was not tried.
    expect(await receiver.received()).toMatchObject({ attempts: 4, events: [{ id: event1 }] });
    expect(await stored(event1)).toMatchObject({ status: 'delivered', attempts: 4 });
  });
  it('answering slowly: what it took without our knowing is not taken twice, not even after its restart', async () => {
    await receiver.start({ RECEIVER_SLOW_MS: '300' });
    await passed();
    expect(await deliver(push(receiver.url, 60))).toBe(0);
    expect((await stored(event1))?.last).toMatch(/ABORT_ERR|TimeoutError|AbortError|^\d+$/);
    await expect.poll(async () => (await receiver.received()).events.length, { timeout: 10_000 }).toBe(1);
    await receiver.kill();
    await receiver.start();
    clockMs += 60_000;
    expect(await deliver()).toBe(1);
    expect(await receiver.received()).toMatchObject({ attempts: 1, events: [{ id: event1 }] });
    expect(await stored(event1)).toMatchObject({ status: 'delivered', last: '200' });
  });
  it('a kill between the attempt and our record: it goes again, and is known there', async () => {
    await receiver.start();
    await passed();
    const body = (await stored(event1))?.body ?? '';
    expect(await push()(event1, body)).toEqual({ acknowledged: true, status: 202 });
    expect(await deliver()).toBe(1);
    expect((await receiver.received()).events.length).toBe(1);
  });
  it('cannot have the keys: refuses for now, and takes it later with the certificate checked', async () => {
    await receiver.start({ MEETLAT_JWKS: 'http://127.0.0.1:9/jwks.json' });
    await passed();
    expect(await deliver()).toBe(0);
    expect((await stored(event1))?.last).toBe('HTTP 503');
    await receiver.kill();
    await receiver.start();
    clockMs += 60_000;
    expect(await deliver()).toBe(1);
    expect((await receiver.received()).events).toMatchObject([{ certificate: 'valid, Maatschappelijke oriëntatie' }]);
  });
});

describe('a stranger', () => {
  const post = (headers: Record<string, string>, body: string): Promise<number> =>
    fetch(receiver.url, { method: 'POST', headers, body }).then(({ status }) => status);
  const signed = (messageId: string, body: string, at = new Date(), key = secret): Record<string, string> => ({
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(key).sign(messageId, at, body),
  });
  it('is not believed: another secret, an altered body, an old message, another id, no signature', async () => {
    await receiver.start();
    const body = JSON.stringify({ specversion: '1.0', id: 'e1', type: 't', source, subject: 's', data: {} });
    expect(
      await post(
        signed('e1', body, new Date(), `whsec_${Buffer.from('another secret, also long enough').toString('base64')}`),
        body,
      ),
    ).toBe(401);
    expect(await post(signed('e1', body), body.replace('"s"', '"z"'))).toBe(401);
    expect(await post(signed('e1', body, new Date(Date.now() - 6 * 60_000)), body)).toBe(401);
    expect(await post({ ...signed('e1', body), 'webhook-id': 'e2' }, body)).toBe(401);
    expect(await post({}, body)).toBe(401);
    expect(await post(signed('e2', body), body)).toBe(400);
    expect(await post(signed('e1', 'null'), 'null')).toBe(400);
    expect((await receiver.received()).events).toEqual([]);
  });
  it('with a certificate of its own is shown as invalid', async () => {
    await receiver.start();
    const forged = JSON.stringify({
      specversion: '1.0',
      id: 'e1',
      type: 't',
      source,
      subject: 's',
      data: { credential: `${Buffer.from('{"alg":"none","typ":"vc+jwt"}').toString('base64url')}.e30.` },
    });
    expect(await post(signed('e1', forged), forged)).toBe(202);
    expect((await receiver.received()).events[0]?.certificate).toMatch(/^INVALID/);
  });
  it('sending the same event many times at once is one event', async () => {
    await receiver.start();
    const body = JSON.stringify({ specversion: '1.0', id: 'e1', type: 't', source, subject: 's', data: {} });
    const statuses = await Promise.all(Array.from({ length: 8 }, () => post(signed('e1', body), body)));
    expect(statuses.sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 202]);
  });
});

describe('the queue', () => {
  const put = (name: string, candidate: string): Promise<void> => {
    clockMs += 1;
    return enqueue(all, 'agii', name, candidate, '{}', toInstant(clockMs));
  };
  const tried: string[] = [];
  const answering =
    (outcomes: (name: string) => 'yes' | 'no' | 'silence'): Push =>
    (name) => {
      tried.push(name);
      const outcome = outcomes(name);
      return Promise.resolve(
        outcome === 'yes'
          ? { acknowledged: true, status: 200 }
          : { acknowledged: false, isReachable: outcome === 'no', why: outcome },
      );
    };
  beforeEach(() => {
    tried.length = 0;
  });

  it('keeps the order of each person: a later event waits for the earlier', async () => {
    await put('a1', 'a');
    await put('a2', 'a');
    await put('b1', 'b');
    await deliver(answering((name) => (name === 'a1' ? 'no' : 'yes')));
    expect(tried).toEqual(['a1', 'b1']);
    clockMs += 60_000;
    await deliver(answering(() => 'yes'));
    clockMs += 10;
    await deliver(answering(() => 'yes'));
    expect(tried).toEqual(['a1', 'b1', 'a1', 'a2']);
  });
  it('hundreds that wait for an earlier one hide nobody else', async () => {
    for (let n = 0; n < 60; n += 1) {
      await put(`x${n}-1`, `x${n}`);
      await put(`x${n}-2`, `x${n}`);
      await put(`x${n}-3`, `x${n}`);
    }
    await put('z', 'z');
    for (let run = 0; run < 6 && !tried.includes('z'); run += 1)
      await deliver(answering((name) => (name.startsWith('x') ? 'no' : 'yes')));
    expect(tried).toContain('z');
    expect(tried.filter((name) => name.endsWith('-2') || name.endsWith('-3'))).toEqual([]);
  });
  it('without any reply ends the run: the next would fare no better', async () => {
    await put('a1', 'a');
    await put('b1', 'b');
    await put('c1', 'c');
    await deliver(answering(() => 'silence'));
    expect(tried).toEqual(['a1']);
    await deliver(answering(() => 'yes'));
    expect(tried).toEqual(['a1', 'b1', 'c1']);
  });
  it('gives up after days, goes on with the next, and sends again by hand', async () => {
    await put('a1', 'a');
    await put('a2', 'a');
    for (let n = 0; n < 20 && (await stored('a1'))?.status === 'waiting'; n += 1) {
      await deliver(answering((name) => (name === 'a1' ? 'no' : 'yes')));
      clockMs += 2 * 86_400_000;
    }
    expect(await stored('a1')).toMatchObject({ status: 'dead', attempts: 17, last: 'no' });
    await deliver(answering(() => 'yes'));
    expect(await stored('a2')).toMatchObject({ status: 'delivered' });
    expect(await replay(all, 'agii', 'a1', toInstant(clockMs))).toBe(true);
    await deliver(answering(() => 'yes'));
    expect(await stored('a1')).toMatchObject({ status: 'delivered', attempts: 1 });
    expect(await replay(all, 'agii', 'nobody', toInstant(clockMs))).toBe(false);
  });
  it('of a person who was erased sends nothing, holds nothing up and is not taken up again', async () => {
    for (const [name, candidate] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
    ] as const)
      await put(name, candidate);
    const { body } = (await storedAs('a1')) ?? {};
    expect(body).toMatch(/^p1\./);
    await dataKeys.destroyDataKey('agii', 'a');
    for (let n = 0; n < 3; n += 1) {
      clockMs += 10;
      await deliver(answering(() => 'yes'));
    }
    expect(tried).toEqual(['b1']);
    for (const name of ['a1', 'a2']) {
      expect(await stored(name)).toMatchObject({ status: 'erased' });
      expect(await replay(all, 'agii', name, toInstant(clockMs))).toBe(false);
    }
  });
  it('of another agency is not touched', async () => {
    await enqueue(all, 'other', 'o1', 'o', '{}', toInstant(clockMs));
    await deliver(answering(() => 'yes'));
    expect(tried).toEqual([]);
  });
});

describe('an endpoint', () => {
  it('that redirects is not followed, and not acknowledged', async () => {
    await receiver.start();
    const elsewhere = createServer((_request, response) => {
      response.writeHead(307, { location: receiver.url }).end();
    });
    await new Promise<void>((listening) => {
      elsewhere.listen(0, '127.0.0.1', listening);
    });
    const address = elsewhere.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
    for (const by of [guardedFetch(), fetch])
      expect(await pushTo({ url, secret }, { fetch: by, now: realNow })('e1', '{}')).toEqual({
        acknowledged: false,
        isReachable: true,
        why: 'HTTP 307',
      });
    expect((await receiver.received()).attempts).toBe(0);
    elsewhere.closeAllConnections();
    await new Promise((closed) => {
      elsewhere.close(closed);
    });
  });
  it.each([
    ['file:///etc/passwd', secret],
    ['nonsense', secret],
    ['https://example.org', 'whsec_'],
    ['https://example.org', '%%%'],
  ])('%s with %s is refused at once', (url, key) => {
    expect(() => pushTo({ url, secret: key }, { fetch, now: realNow })).toThrow(
      expect.objectContaining({ code: 'bad-endpoint' }),
    );
  });
});
