/** A door of a centre with real storage, at which people are registered, admitted and take their tests; for tests. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeId } from '../../storage/document/id.ts';
import { jsonObject } from '../../storage/document/json.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { DataKeys } from '../../storage/keys/data-keys.ts';
import { PersonCipher } from '../../storage/keys/person-cipher.ts';
import { Wrapping } from '../../storage/keys/wrapping.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { type Storage, genesisHash } from '../../storage/port.ts';
import { Candidates } from '../../people/candidates/candidate.ts';
import { personalExposureDefault } from '../../item-bank/specifications/specification.ts';
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import { civicTest } from '../sessions/example.suite.ts';
import type { PlayedSession } from '../sessions/played-session.suite.ts';
import { RegisteredPersons } from '../sessions/personal.ts';
import { Sessions, sessionKind } from '../sessions/run.ts';
import type { SessionState } from '../sessions/session.ts';
import { type SessionList, sessionList } from '../sessions/session-list.ts';
import type { AdmissionPorts } from './admit.ts';
import type { CurrentTest, RegistrationRequest } from './register.ts';
import { type ExpectedPersons, Registrations, expectedPersons } from './run.ts';

export const tenant = 'agii';
export const by = 'an';
export const dayMs = 24 * 3_600_000;
export const amina: RegistrationRequest = {
  tenant,
  centre: 'gent',
  by,
  name: 'Amina Voorbeeld',
  birthDate: '1990-05-17',
  reference: 'KBI-2026-004711',
  contactLanguage: 'ar',
  test: 'mo',
  language: 'nl',
  extraTimePercent: 25,
  synthetic: true,
};

export const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));

export class Door {
  nowMs = Date.parse('2026-11-23T09:00:00.000Z');
  current: CurrentTest = {
    specification: 1,
    releases: { mo: 'r1' },
    languages: ['nl', 'en'],
    synthetic: true,
    personalExposure: personalExposureDefault,
    items: [],
  };
  readonly ports: AdmissionPorts;
  readonly now = (): string => toInstant((this.nowMs += 1));

  private constructor(
    readonly storage: Storage,
    readonly persons: RegisteredPersons,
    readonly list: SessionList,
    private readonly candidates: Candidates,
    private readonly expected: ExpectedPersons,
    private readonly test: PinnedTest,
    private readonly directory: string,
  ) {
    this.ports = this.desk();
  }

  static async open(test: PinnedTest = civicTest): Promise<Door> {
    const directory = await mkdtemp(join(tmpdir(), 'meetlat-door-'));
    const storage = await openLmdb({ directory });
    const now = (): string => door.now();
    const wrapping = await Wrapping.open({ storage, secret: 'a secret', random });
    const dataKeys = await DataKeys.open({ storage, wrapping, random, now: () => '2026-11-23T08:00:00.000Z' });
    const cipher = new PersonCipher({ dataKeys, random, now });
    const candidates = await Candidates.open({ storage, wrapping, cipher });
    const [list, expected] = [await storage.collection(sessionList), await storage.collection(expectedPersons)];
    const door = new Door(storage, new RegisteredPersons(cipher), list, candidates, expected, test, directory);
    return door;
  }

  /** As another process has them. */
  desk(): AdmissionPorts {
    const { storage, candidates, persons, list, expected, test, now } = this;
    const { journal } = storage;
    return {
      candidates,
      registrations: new Registrations({ journal, expected, now }),
      persons,
      sessionList: list,
      sessions: new Sessions({ journal, now, pinnedTest: () => test }),
      currentTest: () => this.current,
      engine: 'engine 1',
      now,
      makeId: () => encodeId(random(26)),
      random,
    };
  }

  async loaded(id: string): Promise<SessionState> {
    const session = await this.ports.sessions.load({ tenant, id });
    if (session === undefined) throw new Error('there is no such session');
    return session.state;
  }

  /** Puts what was played into the journal and the list. */
  async add(id: string, { events, now: { terms } }: PlayedSession): Promise<void> {
    const { candidate, centre, test } = terms;
    const first = { expectedVersion: 0, previousHash: genesisHash, at: this.now() };
    const stream = { tenant, kind: sessionKind, id };
    await this.storage.journal.append(stream, { ...first, events: events.map((event) => jsonObject(event)) });
    await this.list.insert({ tenant, id }, { candidate, centre, test, registeredAt: this.now() });
  }

  async close(): Promise<void> {
    await this.storage.close();
    await rm(this.directory, { recursive: true });
  }
}
