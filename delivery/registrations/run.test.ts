import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toInstant } from '../../storage/document/instant.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { type Storage, genesisHash } from '../../storage/port.ts';
import type { Booking } from './registration.ts';
import { type ExpectedPersons, RegistrationRefused, Registrations, expectedPersons, registrationKind } from './run.ts';

const tenant = 'agii';
const by = 'an';
let [directory, nowMs] = ['', 0];
let storage: Storage;
let expected: ExpectedPersons;
let registrations: Registrations;
/** No two looks at the clock are at the same time, as for people. */
const now = (): string => toInstant((nowMs += 1));
const desk = () => new Registrations({ journal: storage.journal, expected, now });
const booking: Booking = {
  person: 'c1',
  test: 'mo',
  language: 'en',
  contactLanguage: 'ar',
  extraTimePercent: 0,
  synthetic: true,
};
const register = (day: string, change: Partial<Booking> = {}, at: Registrations = registrations) =>
  at.register(tenant, { by, booking: { ...booking, ...change }, plan: { day, centre: 'gent' } });
const moveTo = (day: string) => ({ type: 'schedule', by, plan: { day, centre: 'gent' } }) as const;
const expectedOn = async (day: string) =>
  (await expected.find(tenant, { index: 'day', equal: ['gent', day] })).documents.map(
    ({ id, value }) => [id, value.status] as const,
  );
/** Settled calls: what was made, and the codes of what was refused. */
async function outcomes<T>(calls: readonly Promise<T>[]) {
  const settled = await Promise.allSettled(calls);
  return {
    made: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    refused: settled.flatMap((one) => {
      if (one.status === 'fulfilled') return [];
      if (one.reason instanceof RegistrationRefused) return [one.reason.code];
      throw one.reason;
    }),
  };
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-registrations-'));
  nowMs = Date.parse('2026-11-23T09:00:00.000Z');
  storage = await openLmdb({ directory });
  expected = await storage.collection(expectedPersons);
  registrations = desk();
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true });
});

describe('two registrations of one person for one test on one day', () => {
  it('the second is refused, and nothing is written', async () => {
    const { id } = await register('2026-11-24');
    const before = await storage.journal.unlisted(10);
    await expect(register('2026-11-24')).rejects.toMatchObject({ code: 'day-taken' });
    expect(await storage.journal.unlisted(10)).toEqual(before);
    expect(await expectedOn('2026-11-24')).toEqual([[id, 'scheduled']]);
  });
  it('another day, test, person or agency is no second', async () => {
    await register('2026-11-24');
    await register('2026-11-25');
    await register('2026-11-24', { test: 'nt2-oral' });
    await register('2026-11-24', { person: 'c2' });
    await registrations.register('other', { by, booking, plan: { day: '2026-11-24', centre: 'gent' } });
    expect(await expectedOn('2026-11-24')).toHaveLength(3);
  });
  it('at many desks at once: one is made', async () => {
    const { made, refused } = await outcomes(Array.from({ length: 8 }, () => register('2026-11-24', {}, desk())));
    expect(made).toHaveLength(1);
    expect(refused).toEqual(Array.from({ length: 7 }, () => 'day-taken'));
    expect(await expectedOn('2026-11-24')).toEqual([[made[0]?.id, 'scheduled']]);
  });
  it('the same request twice in one millisecond makes one, of which both are told', async () => {
    const at = toInstant(nowMs);
    const still = () => new Registrations({ journal: storage.journal, expected, now: () => at });
    const { made } = await outcomes([register('2026-11-24', {}, still()), register('2026-11-24', {}, still())]);
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await expectedOn('2026-11-24')).toHaveLength(1);
  });
  it('one moved there and one made there at once: one of them holds the day', async () => {
    for (let round = 0; round < 20; round += 1) {
      const person = `p${round}`;
      const { id } = await register('2026-11-24', { person });
      const { refused } = await outcomes<unknown>([
        desk().handle({ tenant, id }, moveTo('2026-11-25')),
        register('2026-11-25', { person }, desk()),
      ]);
      expect(refused).toEqual(['day-taken']);
    }
    expect(await expectedOn('2026-11-25')).toHaveLength(20);
  });
  it('one cancelled while another is made: the day is held by one at most, and is free to be asked again', async () => {
    const { id } = await register('2026-11-24');
    await outcomes<unknown>([
      desk().handle({ tenant, id }, { type: 'cancel', by, reason: 'is ill' }),
      register('2026-11-24', {}, desk()),
    ]);
    const open = (await expectedOn('2026-11-24')).filter(([, status]) => status === 'scheduled');
    expect(open.length).toBeLessThanOrEqual(1);
    if (open.length === 0) await register('2026-11-24');
    await expect(register('2026-11-24')).rejects.toMatchObject({ code: 'day-taken' });
  });
});

describe('a registration', () => {
  it('is found on its day, moved, and not found on the one before', async () => {
    const id = await register('2026-11-24');
    expect(await registrations.load(id)).toMatchObject({ status: 'scheduled', booking });
    await registrations.handle(id, moveTo('2026-11-25'));
    expect(await expectedOn('2026-11-24')).toEqual([]);
    expect(await expectedOn('2026-11-25')).toEqual([[id.id, 'scheduled']]);
    await register('2026-11-24');
  });
  it('keeps the session that it was first admitted to, whoever else admits at the same time', async () => {
    const id = await register('2026-11-23');
    const states = await Promise.all(
      ['s1', 's2', 's3'].map((session) => desk().handle(id, { type: 'admit', by, session })),
    );
    const sessions = states.map((state) => (state.status === 'admitted' ? state.session : undefined));
    expect(new Set(sessions).size).toBe(1);
    expect(await expectedOn('2026-11-23')).toEqual([[id.id, 'admitted']]);
    const commits = await storage.journal.read({ tenant, kind: registrationKind, id: id.id.split('.')[0] ?? '' });
    expect(commits.flatMap(({ events }) => events.map(({ type }) => type))).toEqual([
      'registered',
      'scheduled',
      'admitted',
    ]);
  });
  it.each(['nobody', 'nobody.1', '', '.'])('that does not exist is refused: %j', async (id) => {
    expect(await registrations.load({ tenant, id })).toBeUndefined();
    await expect(registrations.handle({ tenant, id }, { type: 'admit', by, session: 's1' })).rejects.toMatchObject({
      code: 'unknown-registration',
    });
  });
  it('of another agency is not found', async () => {
    const { id } = await register('2026-11-24');
    expect(await registrations.load({ tenant: 'other', id })).toBeUndefined();
  });
  it('an event of another schema is named, not skipped', async () => {
    await storage.journal.append(
      { tenant, kind: registrationKind, id: 'later' },
      { expectedVersion: 0, previousHash: genesisHash, at: now(), events: [{ type: 'registered', schema: 2 }] },
    );
    await expect(registrations.load({ tenant, id: 'later.1' })).rejects.toMatchObject({ code: 'unreadable-event' });
  });
});

describe('who is expected', () => {
  it('can be made anew from the streams', async () => {
    const moved = await register('2026-11-24');
    await registrations.handle(moved, moveTo('2026-11-25'));
    await register('2026-11-24');
    await register('2026-11-24', { person: 'c2' });
    const all = async () => [...(await expectedOn('2026-11-24')), ...(await expectedOn('2026-11-25'))];
    const before = await all();
    for (const [id] of before) {
      const stored = await expected.get({ tenant, id });
      if (stored !== undefined) await expected.remove(stored, stored.revision);
    }
    expect(await all()).toEqual([]);
    expect(await registrations.rebuild(tenant, (_stream, work) => work())).toBe(3);
    expect(await all()).toEqual(before);
  });
  it('on a day is read page after page, each once', async () => {
    const all = await Promise.all(
      Array.from({ length: 205 }, (_, n) => register('2026-11-24', { person: `p${n}` }, desk())),
    );
    await register('2026-11-25');
    const read: string[] = [];
    const sizes: number[] = [];
    for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
      const page = await registrations.expectedOn(tenant, { centre: 'gent', day: '2026-11-24' }, after);
      read.push(...page.ids);
      sizes.push(page.ids.length);
      after = page.next;
    }
    expect(read.sort()).toEqual(all.map(({ id }) => id).sort());
    expect(sizes).toEqual([100, 100, 5]);
  });
  it('at another centre is not listed', async () => {
    await register('2026-11-24');
    const { ids } = await registrations.expectedOn(tenant, { centre: 'brugge', day: '2026-11-24' }, undefined);
    expect(ids).toEqual([]);
  });
  it('is put right by the consequence of the commit, as after a kill just after the commit', async () => {
    const id = await register('2026-11-24');
    const stale = await expected.get({ tenant, id: id.id });
    await registrations.handle(id, moveTo('2026-11-25'));
    const present = await expected.get({ tenant, id: id.id });
    if (stale === undefined || present === undefined) throw new Error('not shown');
    await expected.replace(present, present.revision, stale.value);
    expect(await expectedOn('2026-11-25')).toEqual([]);
    for (const { consequences } of await storage.journal.pending(10))
      expect(consequences).toEqual([{ kind: 'registration-changed', data: { registration: id.id } }]);
    await registrations.project(id);
    expect(await expectedOn('2026-11-25')).toEqual([[id.id, 'scheduled']]);
  });
  it('is never shown as it was before', async () => {
    const id = await register('2026-11-24');
    const shown = await expected.get({ tenant, id: id.id });
    if (shown === undefined) throw new Error('not shown');
    // What a process shows that has read one commit more.
    await expected.replace(shown, shown.revision, { ...shown.value, day: '2026-11-25', version: 2 });
    await registrations.project(id);
    expect(await expectedOn('2026-11-25')).toEqual([[id.id, 'scheduled']]);
  });
});
