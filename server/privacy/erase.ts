/**
 * Erases a person: the data key is destroyed, and with it name, birth date, reference, recordings, certificates and
 * pushes, wherever they lie. What happened stays in the journal, under the pseudonym, and verifies as before.
 */
import type { Candidates } from '../../people/candidates/candidate.ts';
import type { ErasureSignatories, Erasures } from '../../people/candidates/erasure.ts';
import type { SessionList } from '../../delivery/sessions/session-list.ts';
import type { Sessions } from '../../delivery/sessions/run.ts';
import type { Certificates } from '../../scoring/certificates/issue.ts';
import type { Results } from '../../scoring/results/run.ts';
import type { Deliveries } from '../../scoring/trajectory/deliveries.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { DataKeys } from '../../storage/keys/data-keys.ts';
import { everyDocument } from '../../storage/pages.ts';
import type { Key, Stored } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';

export interface ErasurePorts {
  readonly erasures: Erasures;
  readonly dataKeys: Pick<DataKeys, 'destroyDataKey'>;
  readonly candidates: Candidates;
  readonly sessionList: SessionList;
  readonly sessions: Pick<Sessions, 'load'>;
  readonly results: Pick<Results, 'isDecided'>;
  readonly certificates: Certificates;
  readonly deliveries: Deliveries;
  readonly now: () => Instant;
}

/** What an erasure takes, and what stands against it. */
export interface Erasable {
  readonly isErased: boolean;
  readonly sessions: number;
  /** Sessions that the person is in the middle of: they are ended first. */
  readonly underWay: readonly string[];
  /** Sessions without a result; without the recordings nobody can rate them any more. */
  readonly undecided: number;
  readonly certificates: number;
  readonly deliveries: number;
}

export async function erasable(ports: ErasurePorts, person: Key): Promise<Erasable> {
  const { tenant, id } = person;
  const underWay: string[] = [];
  let [sessions, undecided] = [0, 0];
  const own = { index: 'candidate', equal: [id] } as const;
  for await (const listed of everyDocument(ports.sessionList, tenant, own)) {
    const state = (await ports.sessions.load({ tenant, id: listed.id }))?.state;
    if (state === undefined) continue;
    sessions += 1;
    if (state.admittedAt === undefined) continue;
    if (state.closed === undefined) underWay.push(listed.id);
    else if (!(await ports.results.isDecided({ tenant, id: listed.id }))) undecided += 1;
  }
  const kept = await keptOf(ports, person);
  return {
    isErased: await ports.erasures.isErased(person),
    sessions,
    underWay,
    undecided,
    certificates: kept.certificates.filter(({ value }) => value.credential !== undefined).length,
    deliveries: kept.deliveries.filter(({ value }) => value.body !== undefined).length,
  };
}

/** Safe to repeat: whoever comes after a kill finishes it. */
export async function erase(ports: ErasurePorts, person: Key, signed: ErasureSignatories): Promise<void> {
  const { erasures, dataKeys, candidates, now } = ports;
  await dataKeys.destroyDataKey(person.tenant, person.id);
  await candidates.erase(person, now());
  // Read without the key they have no text any more, and are written so.
  const kept = await keptOf(ports, person);
  for (const one of kept.certificates) await unlessRaced(ports.certificates.replace(one, one.revision, one.value));
  for (const one of kept.deliveries) {
    const status = one.value.status === 'delivered' ? 'delivered' : 'erased';
    await unlessRaced(ports.deliveries.replace(one, one.revision, { ...one.value, status }));
  }
  await erasures.erased(person, signed);
}

async function keptOf({ certificates, deliveries }: ErasurePorts, { tenant, id }: Key) {
  const own = { index: 'candidate', equal: [id] } as const;
  return {
    certificates: await all(everyDocument(certificates, tenant, own)),
    deliveries: await all(everyDocument(deliveries, tenant, own)),
  };
}

async function all<T>(documents: AsyncIterable<Stored<T>>): Promise<readonly Stored<T>[]> {
  const found: Stored<T>[] = [];
  for await (const one of documents) found.push(one);
  return found;
}
