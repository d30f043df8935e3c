/** Released, corrected and annulled results, through a real journal and the steps of the job that empties its queue. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataKeys } from '../../storage/keys/data-keys.ts';
import { PersonCipher } from '../../storage/keys/person-cipher.ts';
import { SigningKeys } from '../../storage/keys/signing-keys.ts';
import { Wrapping } from '../../storage/keys/wrapping.ts';
import { jsonObject } from '../../storage/document/json.ts';
import { workPending } from '../../storage/journal/pending.ts';
import { type Consequence, genesisHash } from '../../storage/port.ts';
import { agencies } from '../../people/agencies/agency.ts';
import { Candidates } from '../../people/candidates/candidate.ts';
import { RegisteredPersons } from '../../delivery/sessions/personal.ts';
import type { SessionId } from '../../delivery/sessions/run.ts';
import { certificates, openCertificates } from '../certificates/issue.ts';
import { withdrawalOf, withdrawnCertificates } from '../certificates/status.ts';
import { verifyCertificate } from '../certificates/verify.ts';
import { regimes } from '../regimes/regime.ts';
import { type Rooms, openRooms, satCivic } from '../results/example.suite.ts';
import type { ResultContent } from '../results/result.ts';
import { type Deliveries, type Delivery, deliveries, openDeliveries } from '../trajectory/deliveries.ts';
import { readConsequence } from './consequence.ts';
import { type FollowUpPorts, follow } from './follow.ts';

const id: SessionId = { tenant: 'agii', id: 's1' };
let rooms: Rooms;
let ports: FollowUpPorts;
let queue: Deliveries;
let signing: SigningKeys;
let dataKeys: DataKeys;
let people: Candidates;
let persons: RegisteredPersons;
let closed: string[];
let heldBack: string[];
let changed: string[];

beforeEach(async () => {
  rooms = await openRooms();
  const { storage } = rooms;
  const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));
  const wrapping = await Wrapping.open({ storage, secret: 'a long enough secret for a test', random });
  signing = await SigningKeys.open({ storage, wrapping, random, now: rooms.now });
  dataKeys = await DataKeys.open({ storage, wrapping, random, now: rooms.now });
  const cipher = new PersonCipher({ dataKeys, random, now: rooms.now });
  people = await Candidates.open({ storage, wrapping, cipher });
  persons = new RegisteredPersons(cipher);
  closed = [];
  heldBack = [];
  queue = await openDeliveries(storage, cipher);
  changed = [];
  ports = {
    sessions: rooms.sessions,
    results: rooms.results,
    registrationChanged: async ({ id: registration }) => void changed.push(registration),
    banks: { apply: () => Promise.reject(new Error('no bank here')) },
    persons,
    agencies: await storage.collection(agencies),
    certificates: await openCertificates(storage, cipher),
    withdrawn: await storage.collection(withdrawnCertificates),
    deliveries: queue,
    sign: signing.sign,
    regimes,
    publicUrl: () => 'https://exam.example',
    now: rooms.now,
    heldBack: (_, differences) => heldBack.push(...differences.map(({ member }) => member)),
    sessionClosed: ({ id: session }) => closed.push(session),
    newestCheckpoint: () => Promise.resolve({ number: 3, hash: 'a'.repeat(64) }),
  };
});
afterEach(() => rooms.close());

/** Steps of the job until nothing is pending; each applies everything twice, as after a kill before the clearing. */
async function work(): Promise<void> {
  for (;;) {
    const { failed, cleared } = await workPending({
      storage: rooms.storage,
      lease: { holder: 'test', lifeMs: 60_000, now: rooms.now },
      apply: async (consequence, origin) => {
        await follow(ports, consequence, origin);
        await follow(ports, consequence, origin);
      },
    });
    expect(failed).toEqual([]);
    if (cleared === 0) return;
  }
}
const zoe = { name: 'Zoë Voorbeeld', birthDate: '1990-01-01', reference: 'KBI-1' };
const zoeFacts = { contactLanguage: 'nl', synthetic: true };
const registeredAs = (resultKey: string) => persons.seal('agii', 'c1', { ...zoe, resultKey });
const passed = { values: 9, practical: 25 };
async function released(sat = passed): Promise<ResultContent> {
  await rooms.keep(id, satCivic(sat, await registeredAs(id.id)));
  await work();
  const result = (await rooms.results.load(id)).state?.released?.result;
  if (result === undefined) throw new Error('not released');
  return result;
}
const correct = (result: ResultContent) =>
  rooms.results.handle(id, { type: 'correct', result, by: 'office', reason: 'a wrong key' });
const annul = () => rooms.results.handle(id, { type: 'annul', by: 'office', reason: 'another person sat the test' });
const credential = async () => (await ports.certificates.get(id))?.value.credential;
async function withdrawal(given: string | undefined): Promise<string | undefined> {
  const verified = await verifyCertificate(given ?? '', { jwks: await signing.jwks(), at: new Date(rooms.now()) });
  if (!verified.valid) throw new Error(verified.reason);
  return (await withdrawalOf(ports.withdrawn, verified.id))?.why;
}
/** What is pushed, in the order in which it is sent. */
async function pushed(): Promise<Record<string, unknown>[]> {
  const page = await queue.find('agii', { index: 'candidate', equal: ['c1', 'waiting'] });
  const bodyOf = ({ body }: Delivery): Record<string, unknown> => JSON.parse(body ?? '');
  return page.documents.map(({ value }) => bodyOf(value));
}
const left = async () => (await rooms.storage.journal.pending(100)).length;

describe('a registration that changed', () => {
  it('is carried on, under the id that its commit names', async () => {
    const commit = { expectedVersion: 0, previousHash: genesisHash, at: rooms.now(), events: [{ type: 'none' }] };
    const pending = [{ kind: 'registration-changed', data: { registration: 'stream.2' } }];
    await rooms.storage.journal.append({ tenant: 'agii', kind: 'registration', id: 'stream' }, { ...commit, pending });
    await work();
    expect(new Set(changed)).toEqual(new Set(['stream.2']));
    expect(await left()).toBe(0);
  });
});

describe('a released result', () => {
  it('becomes one certificate that counts, and one push', async () => {
    await released();
    expect(await withdrawal(await credential())).toBeUndefined();
    expect(await pushed()).toMatchObject([
      {
        id: 'result-agii-s1-2',
        type: 'be.meetlat.testresult.released.v1',
        data: { outcome: 'pass', checkpoint: `3:${'a'.repeat(64)}` },
      },
    ]);
    expect(new Set(closed)).toEqual(new Set(['s1']));
    expect(await left()).toBe(0);
  });
  it('names whom the session was registered for, whatever a collection says of that person', async () => {
    const other = { name: 'Somebody Else', birthDate: '1970-01-01', reference: 'KBI-9' };
    await people.add({ tenant: 'agii', id: 'c1' }, other, { ...zoeFacts, registeredAt: rooms.now() });
    await released();
    const verified = await verifyCertificate((await credential()) ?? '', {
      jwks: await signing.jwks(),
      at: new Date(rooms.now()),
    });
    expect(verified).toMatchObject({ valid: true, holder: zoe.name });
    expect(await pushed()).toMatchObject([{ subject: zoe.reference, data: { reference: zoe.reference } }]);
  });
  it('lies with its push under the key of its person, and is gone with it', async () => {
    await released();
    const kept = async (): Promise<string> =>
      JSON.stringify([
        await (await rooms.storage.collection(certificates)).every(),
        await (await rooms.storage.collection(deliveries)).every(),
      ]);
    expect(await kept()).toContain('p1.');
    expect(await kept()).not.toMatch(/KBI-1|Voorbeeld|1990-01-01|eyJ/);
    await dataKeys.destroyDataKey('agii', 'c1');
    expect(await credential()).toBeUndefined();
    expect((await queue.get({ tenant: 'agii', id: 'result-agii-s1-2' }))?.value.body).toBeUndefined();
  });
  it('of a person who was erased meanwhile is told to nobody, and holds nothing up', async () => {
    await rooms.keep(id, satCivic(passed, await registeredAs(id.id)));
    await dataKeys.destroyDataKey('agii', 'c1');
    await work();
    expect((await rooms.results.load(id)).state?.released).toBeDefined();
    expect(await ports.certificates.get(id)).toBeUndefined();
    expect(await pushed()).toEqual([]);
    expect(await left()).toBe(0);
  });
  it('is pushed to nobody where no trajectory system is told', async () => {
    ports = { ...ports, deliveries: undefined };
    await released();
    expect(await credential()).toBeDefined();
    expect(await pushed()).toEqual([]);
  });
});

describe('a released result that does not follow from its session', () => {
  it('gets no certificate and is pushed to nobody', async () => {
    const earned = await released();
    const forged: SessionId = { tenant: 'agii', id: 's2' };
    await rooms.keep(forged, satCivic({ values: 0, practical: 0 }, await registeredAs(forged.id)));
    await rooms.results.attended(forged);
    const { version, hash } = await rooms.results.load(forged);
    await rooms.storage.journal.append(
      { ...forged, kind: 'result' },
      {
        expectedVersion: version,
        previousHash: hash,
        at: rooms.now(),
        events: [jsonObject({ type: 'released', schema: 1, at: rooms.now(), result: earned })],
        pending: [{ kind: 'result-released', data: {} }],
      },
    );
    const { failed } = await workPending({
      storage: rooms.storage,
      lease: { holder: 'test', lifeMs: 60_000, now: rooms.now },
      apply: (consequence, origin) => follow(ports, consequence, origin),
    });
    expect(failed.map(({ error }) => error)).toMatchObject([{ code: 'not-recomputed' }]);
    expect(await ports.certificates.get(forged)).toBeUndefined();
    expect(await pushed()).toHaveLength(1);
  });
});

describe('a corrected result', () => {
  it('has a certificate of its own, that takes the place of the first, and a push that says so', async () => {
    const result = await released();
    const first = await credential();
    rooms.wait(60_000);
    await correct({ ...result, score: 40 });
    await work();
    const second = await credential();
    expect(second).not.toBe(first);
    expect([await withdrawal(first), await withdrawal(second)]).toEqual(['superseded', undefined]);
    expect(await pushed()).toMatchObject([
      { id: 'result-agii-s1-2' },
      {
        id: 'result-agii-s1-3',
        type: 'be.meetlat.testresult.corrected.v1',
        data: { outcome: 'pass', replaces: 'result-agii-s1-2', credential: second },
      },
    ]);
    expect(await left()).toBe(0);
  });
  it('to a fail has none; to a pass again another one', async () => {
    const result = await released();
    const first = await credential();
    await correct({ ...result, outcome: 'fail', score: 20 });
    await work();
    expect(await credential()).toBeUndefined();
    expect(await withdrawal(first)).toBe('superseded');
    await correct(result);
    await work();
    expect(await withdrawal(await credential())).toBeUndefined();
    expect(await withdrawal(first)).toBe('superseded');
    expect(await left()).toBe(0);
  });
  it('of a fail to a pass earns the first one', async () => {
    const result = await released({ values: 0, practical: 0 });
    expect(await credential()).toBeUndefined();
    await correct({ ...result, outcome: 'pass', score: 41 });
    await work();
    expect(await withdrawal(await credential())).toBeUndefined();
  });
  it('corrected before the release was followed up: each is told of as it was', async () => {
    await rooms.keep(id, satCivic(passed, await registeredAs(id.id)));
    await rooms.results.conclude(id);
    const result = (await rooms.results.load(id)).state?.released?.result;
    if (result === undefined) throw new Error('not released');
    await correct({ ...result, outcome: 'fail', score: 20 });
    await work();
    expect(await credential()).toBeUndefined();
    expect((await pushed()).map(({ data }) => data)).toMatchObject([{ outcome: 'pass' }, { outcome: 'fail' }]);
  });
});

describe('an annulled result', () => {
  it('has no certificate any more, and whoever was told is told so, without an outcome', async () => {
    await released();
    const first = await credential();
    rooms.wait(60_000);
    await annul();
    await work();
    expect(await credential()).toBeUndefined();
    expect(await withdrawal(first)).toBe('revoked');
    const [, last] = await pushed();
    expect(last).toMatchObject({
      id: 'result-agii-s1-3',
      type: 'be.meetlat.testresult.annulled.v1',
      time: rooms.now(),
      data: { replaces: 'result-agii-s1-2' },
    });
    expect(Object.keys(Object(last?.['data']))).not.toEqual(expect.arrayContaining(['outcome']));
    expect(await left()).toBe(0);
  });
  it('after a correction: the certificate of the correction is revoked, the first stays superseded', async () => {
    const result = await released();
    const first = await credential();
    await correct({ ...result, score: 40 });
    await work();
    const second = await credential();
    await annul();
    await work();
    expect([await withdrawal(first), await withdrawal(second)]).toEqual(['superseded', 'revoked']);
    expect(await left()).toBe(0);
  });
  it('that earned no certificate blocks nothing', async () => {
    await released({ values: 0, practical: 0 });
    await annul();
    await work();
    expect(await pushed()).toHaveLength(2);
    expect(await left()).toBe(0);
  });
});

describe('a consequence', () => {
  it.each<[string, Consequence]>([
    ['of an unknown kind', { kind: 'result-praised', data: {} }],
    ['named as a member of every object', { kind: 'constructor', data: {} }],
    ['without its data', { kind: 'performance-rated', data: {} }],
    ['with data too many', { kind: 'result-released', data: { twice: true } }],
  ])('%s is named', (_, consequence) => {
    expect(() => readConsequence(consequence)).toThrow(expect.objectContaining({ code: 'unknown-consequence' }));
  });
  it('of an unknown kind on a stream does not keep what follows from being carried out', async () => {
    const stream = { ...id, kind: 'result' };
    const strange = { kind: 'result-praised', data: {} };
    const event = { type: 'attended', schema: 1, at: rooms.now(), session: 's1', candidate: 'c1' };
    await rooms.storage.journal.append(stream, {
      expectedVersion: 0,
      previousHash: genesisHash,
      at: rooms.now(),
      events: [event],
      pending: [strange],
    });
    await released();
    expect(await credential()).toBeDefined();
    expect(await left()).toBe(0);
  });
});
