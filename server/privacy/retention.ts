/**
 * What an agency keeps no longer, and how it goes: a person is erased as if somebody had asked for it; recordings, the
 * texts of certificates and of pushes, which lie beside the chain, may go before. Nothing goes of whoever is in the
 * middle of something, or waits for a result.
 */
import { type Candidate, candidates } from '../../people/candidates/candidate.ts';
import { type RetainedKind, type Retained, retainedKinds } from '../../people/agencies/retention.ts';
import type { ReleaseStore } from '../../item-bank/releases/store.ts';
import { recordingsOf } from '../../delivery/recordings/upload.ts';
import type { Registrations } from '../../delivery/registrations/run.ts';
import { countingResult } from '../../scoring/results/result.ts';
import type { Results } from '../../scoring/results/run.ts';
import { type Damage, unlessDamaged } from '../../storage/journal/damage.ts';
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { everyDocument } from '../../storage/pages.ts';
import type { Blobs, Key, Storage, Stored } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { type ErasurePorts, erase } from './erase.ts';

export interface RetentionPorts extends ErasurePorts {
  readonly storage: Storage;
  readonly blobs: Blobs;
  readonly bank: Pick<ReleaseStore, 'allSpecifications'>;
  readonly registrations: Pick<Registrations, 'of'>;
  readonly results: Pick<Results, 'isDecided' | 'load'>;
}
/** Told of somebody of whom something was changed past the program: nothing of them goes until that is put right. */
export type LeftAlone = (person: Key, damage: Damage) => void;

export interface DueData {
  readonly kind: RetainedKind;
  readonly person: Key;
  /** The session, or the event of a push; the pseudonym where it is the person. */
  readonly of: string;
  /** What the period is counted from. */
  readonly since: Instant;
}

const dayMs = 24 * 3_600_000;

/** Everything of an agency that is due now. */
export async function* dueOf(
  ports: RetentionPorts,
  tenant: string,
  { days }: Retained,
  leftAlone: LeftAlone,
): AsyncGenerator<DueData> {
  const now = ports.now();
  const isDue: IsDue = ({ kind, since }) => {
    const period = days[kind];
    return period !== undefined && toInstant(toEpochMs(since) + period * dayMs) <= now;
  };
  for await (const { id, since } of personsOf(ports, tenant)) {
    // Nothing of somebody is older than their registration.
    if (!retainedKinds.some((kind) => isDue({ kind, since }))) continue;
    const person = { tenant, id };
    const due = await unlessDamaged(dueOfPerson(ports, person, since, isDue), (damage) => leftAlone(person, damage));
    yield* due ?? [];
  }
}

type IsDue = (one: Pick<DueData, 'kind' | 'since'>) => boolean;

async function dueOfPerson(ports: RetentionPorts, person: Key, since: Instant, isDue: IsDue): Promise<DueData[]> {
  if (await ports.erasures.isErased(person)) return [];
  const ended = isDue({ kind: 'persons', since }) ? await endOf(ports, person, since) : undefined;
  const whole: DueData | undefined =
    ended === undefined ? undefined : { kind: 'persons', person, of: person.id, since: ended };
  if (whole !== undefined && isDue(whole)) return [whole];
  const found: DueData[] = [];
  for await (const due of besideTheChain(ports, person)) if (isDue(due)) found.push(due);
  return found;
}

async function* personsOf({ storage }: RetentionPorts, tenant: string) {
  const collection = await storage.collection(candidates);
  let after: Key | undefined = { tenant, id: '' };
  do {
    const batch: readonly Stored<Candidate>[] = (await collection.every(after)).filter((one) => one.tenant === tenant);
    for (const { id, value } of batch) yield { id, since: value.registeredAt };
    after = batch.at(-1);
  } while (after !== undefined);
}

/** When the last of everything of a person was over; undefined while something is under way. */
async function endOf(ports: RetentionPorts, { tenant, id }: Key, since: Instant): Promise<Instant | undefined> {
  const ends = [since];
  for (const test of new Set(ports.bank.allSpecifications().map((specification) => specification.id)))
    for (const registration of (await ports.registrations.of(tenant, { person: id, test })).values()) {
      ends.push(registration.registeredAt);
      if ('plan' in registration && registration.plan !== undefined)
        ends.push(toInstant(Date.parse(registration.plan.day) + dayMs));
    }
  for await (const listed of everyDocument(ports.sessionList, tenant, { index: 'candidate', equal: [id] })) {
    const key = { tenant, id: listed.id };
    const end = await endOfSession(ports, key);
    if (end === undefined) return undefined;
    ends.push(listed.value.registeredAt, end);
  }
  return ends.reduce((last, at) => (at > last ? at : last));
}

/** When its result was released, or it was registered where nobody came; undefined while that is to come. */
async function endOfSession({ sessions, results }: RetentionPorts, key: Key): Promise<Instant | undefined> {
  const state = (await sessions.load(key))?.state;
  if (state === undefined || state.admittedAt === undefined) return toInstant(0);
  const result = (await results.load(key)).state;
  return state.closed === undefined ? undefined : (result?.annulled?.at ?? countingResult(result)?.at);
}

async function* besideTheChain(ports: RetentionPorts, person: Key): AsyncGenerator<DueData> {
  const { tenant, id } = person;
  const own = { index: 'candidate', equal: [id] } as const;
  for await (const { id: session } of everyDocument(ports.sessionList, tenant, own)) {
    if (await ports.erasures.isRemoved(person, 'recordings', session)) continue;
    const since = countingResult((await ports.results.load({ tenant, id: session })).state)?.at;
    const uploads = since === undefined ? [] : await recordingsOf(ports.blobs, { tenant, session, person: id });
    if (since !== undefined && uploads.length > 0) yield { kind: 'recordings', person, of: session, since };
  }
  for await (const { id: session, value } of everyDocument(ports.certificates, tenant, own))
    if (value.credential !== undefined) yield { kind: 'certificates', person, of: session, since: value.issuedAt };
  for await (const { id: event, value } of everyDocument(ports.deliveries, tenant, own))
    if (value.body !== undefined && value.status !== 'waiting')
      yield { kind: 'pushes', person, of: event, since: value.deliveredAt ?? value.createdAt };
}

/** Safe to repeat: it is recorded once it is done. */
export async function takeAway(ports: RetentionPorts, due: DueData, retained: Retained): Promise<void> {
  const { kind, person, of } = due;
  const { by, confirmedBy, version: periods } = retained;
  if (kind === 'persons') return erase(ports, person, { by, confirmedBy, periods });
  const { tenant } = person;
  if (kind === 'recordings')
    for (const upload of await recordingsOf(ports.blobs, { tenant, session: of, person: person.id }))
      await ports.blobs.remove(upload);
  if (kind === 'certificates') {
    const stored = await ports.certificates.get({ tenant, id: of });
    if (stored !== undefined) {
      const { credential: _credential, ...rest } = stored.value;
      await unlessRaced(ports.certificates.replace(stored, stored.revision, rest));
    }
  }
  if (kind === 'pushes') {
    const stored = await ports.deliveries.get({ tenant, id: of });
    if (stored !== undefined) {
      const { body: _body, ...rest } = stored.value;
      await unlessRaced(ports.deliveries.replace(stored, stored.revision, rest));
    }
  }
  return ports.erasures.removed(person, kind, of, { periods });
}
