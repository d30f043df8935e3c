/** The rooms that keep what happened and what it means, over one storage: for the program and for commands alike. */
import { defined } from '../storage/document/defined.ts';
import type { Instant } from '../storage/document/instant.ts';
import type { PersonCipher } from '../storage/keys/person-cipher.ts';
import type { Wrapping } from '../storage/keys/wrapping.ts';
import type { TellOfDamage } from '../storage/journal/damage.ts';
import type { Storage } from '../storage/port.ts';
import { Retention } from '../people/agencies/retention.ts';
import { Candidates } from '../people/candidates/candidate.ts';
import { Erasures } from '../people/candidates/erasure.ts';
import { TypedTexts } from '../people/candidates/typed-text.ts';
import { accounts } from '../people/staff/account.ts';
import { StaffLog } from '../people/staff/staff-log.ts';
import { Banks } from '../item-bank/releases/run.ts';
import type { ReleaseStore } from '../item-bank/releases/store.ts';
import type { PinnedTest } from '../item-bank/releases/pinned-test.ts';
import type { SessionTerms } from '../delivery/sessions/session.ts';
import { Registrations, expectedPersons } from '../delivery/registrations/run.ts';
import { RegisteredPersons } from '../delivery/sessions/personal.ts';
import { Sessions } from '../delivery/sessions/run.ts';
import { sessionList } from '../delivery/sessions/session-list.ts';
import { type Certificates, openCertificates } from '../scoring/certificates/issue.ts';
import { type WithdrawnCertificates, withdrawnCertificates } from '../scoring/certificates/status.ts';
import { knowsBy } from '../scoring/rating/acquaintance.ts';
import { hasHeardEnoughBy } from '../scoring/rating/share-of-hearings.ts';
import { Ratings, ratingQueue } from '../scoring/rating/run.ts';
import type { Regime } from '../scoring/regimes/regime.ts';
import { Results, resultKeys } from '../scoring/results/run.ts';
import { type Deliveries, openDeliveries } from '../scoring/trajectory/deliveries.ts';

export interface Rooms {
  readonly candidates: Candidates;
  readonly registrations: Registrations;
  /** Who a session is of, for who may see it. */
  readonly persons: RegisteredPersons;
  /** What staff typed about persons. */
  readonly typed: TypedTexts;
  readonly erasures: Erasures;
  /** How long each agency keeps what. */
  readonly retention: Retention;
  /** What staff did and looked at. */
  readonly staffLog: StaffLog;
  readonly sessions: Sessions;
  /** What designers do to the banks: releases published and put in force. */
  readonly banks: Banks;
  readonly ratings: Ratings;
  readonly results: Results;
  readonly certificates: Certificates;
  readonly withdrawn: WithdrawnCertificates;
  readonly deliveries: Deliveries;
}

export interface RoomPorts {
  readonly storage: Storage;
  readonly wrapping: Wrapping;
  readonly cipher: PersonCipher;
  readonly bank: ReleaseStore;
  readonly pinnedTest: (terms: SessionTerms) => PinnedTest;
  readonly regimes: readonly Regime[];
  readonly now: () => Instant;
  /** Absent for commands, which end where a stream is damaged. */
  readonly damaged?: TellOfDamage;
}

export async function openRooms(ports: RoomPorts): Promise<Rooms> {
  const { storage, cipher, bank, pinnedTest, regimes, now } = ports;
  const { journal } = storage;
  const typed = new TypedTexts(cipher);
  const sessions = new Sessions({ journal, now, pinnedTest, typed });
  const registrations = new Registrations({ journal, expected: await storage.collection(expectedPersons), now, typed });
  const staff = { accounts: await storage.collection(accounts), sessions };
  const knows = knowsBy({ ...staff, sessionList: await storage.collection(sessionList), registrations });
  const ratings: Ratings = new Ratings({
    ...{ journal, now, knows, typed },
    queued: await storage.collection(ratingQueue),
    hasHeardEnough: hasHeardEnoughBy({ ...staff, now, load: (id) => ratings.load(id) }),
    ...defined({ damaged: ports.damaged }),
  });
  const keys = await storage.collection(resultKeys);
  const candidates = await Candidates.open(ports);
  return {
    registrations,
    candidates,
    persons: new RegisteredPersons(cipher),
    typed,
    erasures: new Erasures({ journal, now }),
    retention: new Retention({ journal, now }),
    staffLog: new StaffLog({ journal, now }),
    sessions,
    banks: new Banks({ journal, store: bank, now }),
    ratings,
    results: new Results({
      ...{ journal, sessions, ratings, keys, regimes, now, typed },
      curveOf: ({ releases }, item) => bank.pinnedParameters(releases, item),
    }),
    certificates: await openCertificates(storage, cipher),
    withdrawn: await storage.collection(withdrawnCertificates),
    deliveries: await openDeliveries(storage, cipher),
  };
}
