/**
 * The way of a result, walked step by step for `meetlat verify`: ratings, decision, certificate, delivery. Each step
 * says whether it follows from the one before, and what could not be looked at without the secret.
 */
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { Sessions, type SessionId } from '../../delivery/sessions/run.ts';
import type { SessionState } from '../../delivery/sessions/session.ts';
import { withdrawalOf } from '../../scoring/certificates/status.ts';
import { verifyCertificate } from '../../scoring/certificates/verify.ts';
import { Ratings, ratingQueue } from '../../scoring/rating/run.ts';
import { performanceId, tasksOf } from '../../scoring/rating/performances-of.ts';
import { isRated } from '../../scoring/rating/rating.ts';
import { type CountingResult, countingResult } from '../../scoring/results/result.ts';
import { Results, resultKeys } from '../../scoring/results/run.ts';
import { deliveries } from '../../scoring/trajectory/deliveries.ts';
import { eventId } from '../../scoring/trajectory/event.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import { isDamage } from '../../storage/journal/damage.ts';
import type { CommandKey } from '../../words/commands.ts';
import type { Values } from '../../words/phrase.ts';
import type { Rooms } from '../rooms.ts';
import type { Stores } from '../stores.ts';

export interface WalkStep {
  readonly says: CommandKey;
  readonly values: Values;
  /** Something does not follow. */
  readonly isFinding: boolean;
}
const step = (says: CommandKey, values: Values = {}): WalkStep => ({ says, values, isFinding: false });
const finding = (says: CommandKey, values: Values = {}): WalkStep => ({ says, values, isFinding: true });

const bad = ({ id }: SessionId, why: string): WalkStep => finding('verify.walk.certificate-bad', { session: id, why });

/** What can be read with and without the secret. */
export type WalkRooms = Pick<Rooms, 'sessions' | 'ratings' | 'results'>;
/** What only the secret opens. */
export type OpenedRooms = Pick<Rooms, 'persons' | 'certificates' | 'withdrawn' | 'deliveries'>;

export async function roomsWithoutSecret(
  { storage, bank, pinnedTest, regimes }: Stores,
  now: () => Instant,
): Promise<WalkRooms> {
  const { journal } = storage;
  const sessions = new Sessions({ journal, now, pinnedTest });
  // Nobody rates here, and no remark is read.
  const nobody = (): Promise<never> => Promise.reject(new Error('there is no secret to write with'));
  const ratings = new Ratings({
    ...{ journal, now, knows: nobody, hasHeardEnough: nobody, typed: { read: nobody, seal: nobody } },
    queued: await storage.collection(ratingQueue),
  });
  const results = new Results({
    ...{ journal, sessions, ratings, regimes, now, keys: await storage.collection(resultKeys) },
    curveOf: ({ releases }, item) => bank.pinnedParameters(releases, item),
  });
  return { sessions, ratings, results };
}

export interface WalkPorts {
  readonly stores: Stores;
  readonly rooms: WalkRooms;
  /** Undefined without the secret. */
  readonly opened: OpenedRooms | undefined;
  readonly keys: JSONWebKeySet;
  readonly now: () => Instant;
}

/** Nothing when the session is not there. A stream on the way that is damaged is a finding, and the way ends there. */
export async function walkResult(ports: WalkPorts, id: SessionId): Promise<WalkStep[]> {
  try {
    return await stepsOf(ports, id);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return [finding('verify.walk.unreadable', { session: id.id, why: error.message })];
  }
}

async function stepsOf(ports: WalkPorts, id: SessionId): Promise<WalkStep[]> {
  const { sessions, results } = ports.rooms;
  const [session, { state: result }] = [await sessions.load(id), await results.load(id)];
  if (session === undefined) return [];
  const counting = countingResult(result);
  if (counting === undefined) {
    const isCertified = (await ports.opened?.certificates.get(id)) !== undefined;
    return [
      step('verify.walk.not-released'),
      ...(isCertified ? [finding('verify.walk.certificate-of-nothing', { session: id.id })] : []),
    ];
  }
  const annulled = result?.annulled;
  return [
    ...(await ratingSteps(ports, id, session.state)),
    await resultStep(ports, id, counting),
    ...(annulled === undefined ? [] : [step('verify.walk.annulled', { by: annulled.by })]),
    await certificateStep(ports, id, session.state, counting, annulled !== undefined),
    await deliveryStep(ports, id, counting),
  ];
}

async function ratingSteps({ rooms }: WalkPorts, id: SessionId, state: SessionState): Promise<WalkStep[]> {
  const tasks = tasksOf(state);
  if (tasks.length === 0) return [];
  const loaded = await Promise.all(tasks.map((task) => rooms.ratings.load(performanceId(id, state, task))));
  const rated = loaded.filter((one) => one.state !== undefined && isRated(one.state)).length;
  return [step('verify.walk.ratings', { rated, tasks: tasks.length })];
}

async function resultStep({ rooms }: WalkPorts, id: SessionId, counting: CountingResult): Promise<WalkStep> {
  if (counting.isByHand) return step('verify.walk.by-hand');
  const again = await rooms.results.recompute(id);
  const differs = [...(again?.differs ?? []), ...(again?.assured ?? []).map(({ member }) => member)];
  const { outcome } = counting.result;
  return differs.length === 0
    ? step('verify.walk.result', { outcome })
    : finding('verify.walk.result-differs', { session: id.id, outcome, members: [...new Set(differs)].join(', ') });
}

async function certificateStep(
  { opened, keys, now }: WalkPorts,
  id: SessionId,
  { terms }: SessionState,
  { result }: CountingResult,
  isAnnulled: boolean,
): Promise<WalkStep> {
  if (opened === undefined) return step('verify.walk.certificate-unseen');
  const credential = (await opened.certificates.get(id))?.value.credential;
  if (credential === undefined) return step('verify.walk.no-certificate');
  const verified = await verifyCertificate(credential, { jwks: keys, at: new Date(toEpochMs(now())) });
  if (!verified.valid) return bad(id, verified.reason);
  if (isAnnulled || (await withdrawalOf(opened.withdrawn, verified.id)) !== undefined)
    return finding('verify.walk.certificate-withdrawn', { session: id.id });
  const person = await opened.persons.of(id.tenant, terms);
  const isOfPerson = person === undefined || verified.holder === person.name;
  const isOfResult = verified.level === result.level && verified.testDate === result.testDate;
  return isOfPerson && isOfResult
    ? step('verify.walk.certificate')
    : finding(isOfPerson ? 'verify.walk.certificate-other-result' : 'verify.walk.certificate-other-person', {
        session: id.id,
      });
}

const PushedBody = z.object({ data: z.object({ outcome: z.string().optional(), level: z.string().optional() }) });

/** Where a push stands is kept in clear; what it says is not. */
async function deliveryStep({ stores, opened }: WalkPorts, id: SessionId, counting: CountingResult): Promise<WalkStep> {
  const key = { tenant: id.tenant, id: eventId(id.tenant, id.id, counting.version) };
  const kept = await (await stores.storage.collection(deliveries)).get(key);
  if (kept === undefined) return step('verify.walk.no-delivery');
  const { status } = kept.value;
  const body = (await opened?.deliveries.get(key))?.value.body;
  if (body === undefined) return step('verify.walk.delivery-unseen', { event: key.id, status });
  const { data } = PushedBody.parse(JSON.parse(body));
  const { outcome, level } = counting.result;
  return data.outcome === outcome && data.level === level
    ? step('verify.walk.delivery', { event: key.id, status })
    : finding('verify.walk.delivery-differs', { event: key.id, status });
}
