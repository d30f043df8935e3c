/** The rooms that keep what happened and what it means, over one storage: for the program and for commands alike. */
import type { Instant } from '../storage/document/instant.ts';
import type { Storage } from '../storage/port.ts';
import { type Candidates, candidates } from '../people/candidates/candidate.ts';
import { Banks } from '../item-bank/releases/run.ts';
import type { ReleaseStore } from '../item-bank/releases/store.ts';
import type { PinnedTest } from '../item-bank/releases/pinned-test.ts';
import type { Registration } from '../delivery/sessions/session.ts';
import { Registrations, expectedPersons } from '../delivery/registrations/run.ts';
import { Sessions } from '../delivery/sessions/run.ts';
import { type Certificates, certificates } from '../scoring/certificates/issue.ts';
import { type WithdrawnCertificates, withdrawnCertificates } from '../scoring/certificates/status.ts';
import { Ratings, ratingQueue } from '../scoring/rating/run.ts';
import type { Regime } from '../scoring/regimes/regime.ts';
import { Results, resultKeys } from '../scoring/results/run.ts';
import { type Deliveries, deliveries } from '../scoring/trajectory/deliveries.ts';

export interface Rooms {
  readonly candidates: Candidates;
  readonly registrations: Registrations;
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
  readonly bank: ReleaseStore;
  readonly pinnedTest: (registration: Registration) => PinnedTest;
  readonly regimes: readonly Regime[];
  readonly now: () => Instant;
}

export async function openRooms({ storage, bank, pinnedTest, regimes, now }: RoomPorts): Promise<Rooms> {
  const { journal } = storage;
  const sessions = new Sessions({ journal, now, pinnedTest });
  const ratings = new Ratings(journal, await storage.collection(ratingQueue), now);
  const keys = await storage.collection(resultKeys);
  return {
    candidates: await storage.collection(candidates),
    registrations: new Registrations({ journal, expected: await storage.collection(expectedPersons), now }),
    sessions,
    banks: new Banks({ journal, store: bank, now }),
    ratings,
    results: new Results({ journal, sessions, ratings, keys, regimes, now }),
    certificates: await storage.collection(certificates),
    withdrawn: await storage.collection(withdrawnCertificates),
    deliveries: await storage.collection(deliveries),
  };
}
