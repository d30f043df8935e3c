/**
 * Pushes waiting for their acknowledgement. One delivery a released result; tried until the receiver says 2xx; in order
 * for each person.
 */
import type { PersonCipher } from '../../storage/keys/person-cipher.ts';
import { PersonalCollection } from '../../storage/keys/personal-collection.ts';
import type { Collection, CollectionDefinition, Storage, Stored } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { waitAfter } from './backoff.ts';

export interface Delivery {
  /** erased: the person was, and nothing is left to send. */
  readonly status: 'waiting' | 'delivered' | 'dead' | 'erased';
  readonly candidate: string;
  readonly createdAt: Instant;
  readonly nextAt: Instant;
  readonly attempts: number;
  /** The exact text that is sent, the same at every attempt. Absent once the person was erased. */
  readonly body?: string;
  /** What the last attempt ended with: an HTTP status or a network fault. */
  readonly last?: string;
  readonly deliveredAt?: Instant;
}
type Index = 'due' | 'candidate';
export const deliveries: CollectionDefinition<Delivery, Index> = {
  name: 'deliveries',
  indexes: { due: { fields: ['status', 'nextAt'] }, candidate: { fields: ['candidate', 'status', 'createdAt'] } },
  sealed: true,
};
export type Deliveries = Collection<Delivery, Index>;

/** What is sent names its person: it is kept under that person's key. */
export const openDeliveries = async (storage: Storage, cipher: PersonCipher): Promise<Deliveries> =>
  new PersonalCollection(await storage.collection(deliveries), 'body', cipher);

/** Idempotent: the id is the event's. */
export async function enqueue(
  all: Deliveries,
  tenant: string,
  id: string,
  candidate: string,
  body: string,
  now: Instant,
): Promise<void> {
  const delivery: Delivery = { status: 'waiting', candidate, createdAt: now, nextAt: now, attempts: 0, body };
  await unlessRaced(all.insert({ tenant, id }, delivery));
}

/** What one attempt came to. Not reachable: no reply at all, so that the next push would fare no better. */
export type Attempt =
  | { readonly acknowledged: true; readonly status: number }
  | { readonly acknowledged: false; readonly isReachable: boolean; readonly why: string };
export type Push = (id: string, body: string) => Promise<Attempt>;

export interface DeliveryPorts {
  readonly all: Deliveries;
  readonly push: Push;
  readonly now: () => Instant;
  /** In [0, 1). */ readonly jitter: () => number;
}

/**
 * Tries what is due for a tenant, at most a hundred; ends at the first push that gets no reply. Returns how many were
 * acknowledged.
 */
export async function deliverDue(ports: DeliveryPorts, tenant: string): Promise<number> {
  const page = await ports.all.find(tenant, {
    index: 'due',
    equal: ['waiting'],
    below: toInstant(toEpochMs(ports.now()) + 1),
    limit: 100,
  });
  let acknowledged = 0;
  for (const delivery of page.documents) {
    const before = await olderOf(ports.all, delivery);
    if (before !== undefined) {
      await waitFor(ports.all, delivery, before);
      continue;
    }
    const outcome = await attempt(ports, delivery);
    if (outcome.acknowledged) acknowledged += 1;
    else if (!outcome.isReachable) break;
  }
  return acknowledged;
}

/** An older event of the same person goes first. */
async function olderOf(all: Deliveries, delivery: Stored<Delivery>): Promise<Delivery | undefined> {
  const first = (
    await all.find(delivery.tenant, { index: 'candidate', equal: [delivery.value.candidate, 'waiting'], limit: 1 })
  ).documents[0];
  return first === undefined || first.id === delivery.id ? undefined : first.value;
}

/** What waits for another is not due before it: else a hundred such would hide everything else that is due. */
async function waitFor(all: Deliveries, delivery: Stored<Delivery>, before: Delivery): Promise<void> {
  const nextAt = toInstant(toEpochMs(before.nextAt) + 1);
  if (nextAt > delivery.value.nextAt)
    await unlessRaced(all.replace(delivery, delivery.revision, { ...delivery.value, nextAt }));
}

/** Nothing is sent of a person who was erased, and nothing waits for it. */
async function giveUpErased(all: Deliveries, delivery: Stored<Delivery>): Promise<Attempt> {
  await unlessRaced(all.replace(delivery, delivery.revision, { ...delivery.value, status: 'erased' }));
  return { acknowledged: false, isReachable: true, why: 'erased' };
}

/** Where another process was first, at worst one attempt more is made, with the same id. */
async function attempt({ all, push, now, jitter }: DeliveryPorts, delivery: Stored<Delivery>): Promise<Attempt> {
  const { body } = delivery.value;
  if (body === undefined) return giveUpErased(all, delivery);
  const outcome = await push(delivery.id, body);
  const attempts = delivery.value.attempts + 1;
  const wait = waitAfter(attempts, jitter());
  const at = now();
  const after: Delivery = outcome.acknowledged
    ? { ...delivery.value, status: 'delivered', attempts, last: String(outcome.status), deliveredAt: at }
    : {
        ...delivery.value,
        attempts,
        last: outcome.why,
        ...(wait === undefined ? { status: 'dead' } : { nextAt: toInstant(toEpochMs(at) + wait) }),
      };
  await unlessRaced(all.replace(delivery, delivery.revision, after));
  return outcome;
}

/**
 * By hand: sends a delivery (again), whatever became of it. The id stays, so that the receiver knows it. False when
 * there is none, or nothing left to send.
 */
export async function replay(all: Deliveries, tenant: string, id: string, now: Instant): Promise<boolean> {
  const delivery = await all.get({ tenant, id });
  if (delivery?.value.body === undefined) return false;
  const { deliveredAt: _deliveredAt, ...value } = delivery.value;
  await unlessRaced(
    all.replace(delivery, delivery.revision, { ...value, status: 'waiting', attempts: 0, nextAt: now }),
  );
  return true;
}
