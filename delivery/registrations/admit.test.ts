import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workPending } from '../../storage/journal/pending.ts';
import type { Storage } from '../../storage/port.ts';
import { civicTest } from '../sessions/example.suite.ts';
import { PlayedSession } from '../sessions/played-session.suite.ts';
import type { RegisteredPersons } from '../sessions/personal.ts';
import { type SessionId, sessionKind } from '../sessions/run.ts';
import type { SessionList } from '../sessions/session-list.ts';
import { type AdmissionPorts, admit, followRegistration } from './admit.ts';
import { Door, amina, by, dayMs, tenant } from './door.suite.ts';
import { register } from './register.ts';
import { type RegistrationId, expectedPersons, registrationKind } from './run.ts';

let door: Door;
let storage: Storage;
let ports: AdmissionPorts;
let persons: RegisteredPersons;
let list: SessionList;

const now = (): string => door.now();
const sessionsMade = () => storage.journal.streams(tenant, sessionKind);
const loaded = (id: string) => door.loaded(id);

beforeEach(async () => {
  door = await Door.open();
  ({ storage, ports, persons, list } = door);
});
afterEach(() => door.close());

const broken = { type: 'decide-attempt', counts: false, by: 'bo@agii', why: 'technical.line', reason: '' } as const;
const killed = () => Promise.reject(new Error('killed'));

describe('admission', () => {
  it('pins what is in force on the day, not what was when the person was registered', async () => {
    const id = await register(ports, { ...amina, day: '2026-11-24' });
    expect(await sessionsMade()).toEqual([]);
    door.current = { ...door.current, specification: 2, releases: { mo: 'r2' } };
    door.nowMs += dayMs;
    const session = await admit({ ...ports, engine: 'engine 2' }, id, by);
    expect((await loaded(session.id)).terms).toMatchObject({
      specification: 2,
      releases: { mo: 'r2' },
      engine: 'engine 2',
      language: 'nl',
      contactLanguage: 'ar',
      accommodations: { extraTimePercent: 25, extraPlays: 0 },
      centre: 'gent',
      synthetic: true,
      excludedItems: [],
    });
    expect(await persons.of(tenant, (await loaded(session.id)).terms)).toMatchObject({
      name: amina.name,
      birthDate: amina.birthDate,
      reference: amina.reference,
    });
    expect((await list.get(session))?.value).toMatchObject({ centre: 'gent', test: 'mo' });
    expect(await ports.registrations.load(id)).toMatchObject({ status: 'admitted', session: session.id });
  });
  it('again gives the session of the first time, pinned as it was', async () => {
    const id = await register(ports, amina);
    const first = await admit(ports, id, by);
    const { seed } = (await loaded(first.id)).terms;
    door.current = { ...door.current, specification: 2, languages: ['en'] };
    expect(await admit(ports, id, 'bo')).toEqual(first);
    expect((await loaded(first.id)).terms).toMatchObject({ seed, specification: 1 });
    expect(await sessionsMade()).toEqual([first.id]);
  });
  it('by several at once makes one session', async () => {
    const id = await register(ports, amina);
    const all = await Promise.all(Array.from({ length: 6 }, (_, n) => admit(ports, id, `desk ${n}`)));
    expect(new Set(all.map((session) => session.id)).size).toBe(1);
    expect(await sessionsMade()).toEqual([all[0]?.id]);
  });
  it('is refused where the test is not given in that language any more, and nothing is written', async () => {
    const id = await register(ports, { ...amina, day: '2026-11-24' });
    door.nowMs += dayMs;
    door.current = { ...door.current, languages: ['en'] };
    await expect(admit(ports, id, by)).rejects.toMatchObject({ code: 'language-not-offered' });
    expect(await ports.registrations.load(id)).toMatchObject({ status: 'scheduled' });
  });
  it('is refused for a person who was erased', async () => {
    const id = await register(ports, amina);
    const booked = await ports.registrations.load(id);
    await ports.candidates.erase({ tenant, id: booked?.booking.person ?? '' }, now());
    await expect(admit(ports, id, by)).rejects.toMatchObject({ code: 'person-erased' });
    expect(await sessionsMade()).toEqual([]);
  });
  it('gives nothing again that any earlier session showed, one that was broken off too', async () => {
    const id = await register(ports, amina);
    const candidate = (await ports.registrations.load(id))?.booking.person ?? '';
    const bank = [...civicTest.items.values()].flatMap((item) => (item.use === 'practice' ? [] : [item.id]));
    const capped: number[] = [];
    const told = { ...ports, capped: ({ seen }: { readonly seen: number }) => capped.push(seen) };
    const large = [...bank, ...Array.from({ length: 20 }, (_, n) => `unseen ${n}`)];
    door.current = { ...door.current, items: [large], personalExposure: { mostSeen: 1, withinDays: 730 } };
    const shown = new Set<string>();
    for (const [n, seed] of ['07', '2b', 'f1'].entries()) {
      const played = new PlayedSession(civicTest).begin({ candidate, seed: seed.repeat(16) }).toFirstPart();
      for (const { item } of played.now.items) shown.add(item.id);
      if (n === 0) played.ran({ type: 'end', by: 'an@agii', reason: 'left' }, broken);
      else played.after(3_600_000).run({ type: 'close-overdue' });
      await door.add(`earlier ${n}`, played);
    }
    // Listed, and not made: its own line is no attempt.
    const dying = { load: (key: SessionId) => ports.sessions.load(key), handle: killed };
    await expect(admit({ ...told, sessions: dying }, id, by)).rejects.toThrow('killed');
    const { excludedItems } = (await loaded((await admit(told, id, by)).id)).terms;
    expect(excludedItems).toEqual([...shown].sort());
    expect(capped).toEqual([]);
  });
  it('gives nothing new once the person has seen the most of a bank, and tells of it', async () => {
    const id = await register(ports, amina);
    const candidate = (await ports.registrations.load(id))?.booking.person ?? '';
    const bank = [...civicTest.items.values()].flatMap((item) => (item.use === 'practice' ? [] : [item.id]));
    door.current = { ...door.current, items: [bank] };
    const played = new PlayedSession(civicTest).begin({ candidate }).toFirstPart();
    played.ran({ type: 'end', by: 'an@agii', reason: 'left' }, broken);
    await door.add('earlier', played);
    const told: unknown[] = [];
    const session = await admit({ ...ports, capped: (of) => told.push(of) }, id, by);
    const seen = new Set(played.now.items.map(({ item }) => item.id));
    const { excludedItems } = (await loaded(session.id)).terms;
    expect(excludedItems).toEqual(bank.filter((item) => !seen.has(item)).sort());
    expect(told).toEqual([{ tenant, session: session.id, test: 'mo', seen: seen.size, of: bank.length }]);
  });
});

describe('a kill between two writes', () => {
  /** The steps of the job, on what another process left behind; each twice, as after a kill before the clearing. */
  const work = async () => {
    const { failed } = await workPending({
      storage,
      lease: { holder: 'test', lifeMs: 60_000, now },
      apply: async ({ data }) => {
        for (const _ of [1, 2]) await followRegistration(ports, { tenant, id: String(data['registration']) });
      },
    });
    expect(failed).toEqual([]);
  };
  const places: readonly [string, number, () => Partial<AdmissionPorts>][] = [
    ['after the registration was admitted', 0, () => ({ persons: { seal: killed } })],
    ['before the session is listed', 0, () => ({ sessionList: { find: list.find.bind(list), insert: killed } })],
    ['before the session is made', 0, () => ({ sessions: { load: (id) => ports.sessions.load(id), handle: killed } })],
    [
      'after the session was made, before anybody is told',
      1,
      () => ({
        sessions: {
          load: (id) => ports.sessions.load(id),
          handle: async (...given) => {
            await ports.sessions.handle(...given);
            return killed();
          },
        },
      }),
    ],
  ];
  const admittedTo = async (id: RegistrationId): Promise<string> => {
    const state = await ports.registrations.load(id);
    return state?.status === 'admitted' ? state.session : '';
  };

  it.each(places)('%s: whoever asks again is given the one session', async (_, made, dying) => {
    const id = await register(ports, amina);
    await expect(admit({ ...ports, ...dying() }, id, by)).rejects.toThrow('killed');
    expect(await sessionsMade()).toHaveLength(made);
    expect((await admit(ports, id, by)).id).toBe(await admittedTo(id));
    expect(await sessionsMade()).toEqual([await admittedTo(id)]);
    await work();
    expect(await sessionsMade()).toHaveLength(1);
  });
  it.each(places)('%s: the worker makes the one session, though nobody asks again', async (_, _made, dying) => {
    const id = await register(ports, amina);
    await expect(admit({ ...ports, ...dying() }, id, by)).rejects.toThrow('killed');
    await work();
    expect(await sessionsMade()).toEqual([await admittedTo(id)]);
  });
  it('after the registration was written: the worker shows it, and the day is not lost', async () => {
    const id = await register(ports, amina);
    const expected = await storage.collection(expectedPersons);
    const shown = await expected.get(id);
    if (shown === undefined) throw new Error('not shown');
    await expected.remove(shown, shown.revision);
    await work();
    expect((await expected.get(id))?.value).toEqual(shown.value);
  });
});

const wide = (letter: string): string => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0);

describe('registering', () => {
  it('finds a person by reference, and refuses the reference of somebody else', async () => {
    await register(ports, amina);
    await expect(register(ports, amina)).rejects.toMatchObject({ code: 'day-taken' });
    await register(ports, { ...amina, day: '2026-11-24' });
    for (const other of [{ name: 'Somebody Else' }, { birthDate: '1990-05-18' }])
      await expect(register(ports, { ...amina, ...other, day: '2026-11-25' })).rejects.toMatchObject({
        code: 'reference-of-another-person',
      });
    expect(await storage.journal.streams(tenant, registrationKind)).toHaveLength(1);
  });
  it.each([
    ['a space of no width', { reference: `${amina.reference.slice(0, 2)}\u200B${amina.reference.slice(2)}` }],
    ['other capitals', { reference: amina.reference.toLowerCase() }],
    ['letters of full width', { reference: amina.reference.replace(/^./, (letter) => wide(letter)) }],
    ['a name with a turn of direction', { name: `\u202E${amina.name}` }],
  ])('finds the same person behind %s', async (_, typed) => {
    await register(ports, amina);
    await expect(register(ports, { ...amina, ...typed })).rejects.toMatchObject({ code: 'day-taken' });
  });
  it.each([
    ['tomorrow', '2026-11-24'],
    ['121 years ago', '1905-11-23'],
    ['in the year 9999', '9999-01-01'],
  ])('refuses somebody born %s', async (_, birthDate) => {
    await expect(register(ports, { ...amina, birthDate })).rejects.toMatchObject({ code: 'birth-date-impossible' });
  });
  it('refuses a language that the test is not given in', async () => {
    await expect(register(ports, { ...amina, language: 'tr' })).rejects.toMatchObject({ code: 'language-not-offered' });
  });
  it('leaves nothing in a commit that names the person', async () => {
    const id = await register(ports, amina);
    await ports.registrations.handle(id, { type: 'cancel', by, reason: 'is ill' });
    await admit(ports, await register(ports, amina), by);
    const streams = [registrationKind, sessionKind].map((kind) => storage.journal.streams(tenant, kind));
    expect((await Promise.all(streams)).flat()).toHaveLength(2);
    for (const kind of [registrationKind, sessionKind])
      for (const stream of await storage.journal.streams(tenant, kind))
        for (const { bytes } of await storage.journal.read({ tenant, kind, id: stream }))
          for (const said of [amina.name, 'Voorbeeld', amina.birthDate, amina.reference])
            expect(Buffer.from(bytes).toString()).not.toContain(said);
  });
});
