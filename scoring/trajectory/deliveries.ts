/** Pushes waiting for their acknowledgement. One delivery a released result; tried until the receiver says 2xx; in order for each person. */
import { type Collection, type CollectionDefinition, DuplicateKey, RevisionConflict, type Stored } from '../../storage/port.ts';
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { waitAfter } from './backoff.ts';

export interface Delivery {
  readonly status: 'waiting' | 'delivered' | 'dead';
  readonly candidate: string;
  readonly createdAt: Instant;
  readonly nextAt: Instant;
  readonly attempts: number;
  /** The exact text that is sent, the same at every attempt. */
  readonly body: string;
  /** What the last attempt ended with: an HTTP status or a network fault. */
  readonly last?: string;
  readonly deliveredAt?: Instant;
}
type Index = 'due' | 'candidate';
export const deliveries: CollectionDefinition<Delivery, Index> = { name: 'deliveries', indexes: { due: { fields: ['status', 'nextAt'] }, candidate: { fields: ['candidate', 'status', 'createdAt'] } } };
export type Deliveries = Collection<Delivery, Index>;

/** Idempotent: the id is the event's. */
export async function enqueue(all: Deliveries, tenant: string, id: string, candidate: string, body: string, now: Instant): Promise<void> {
  try { await all.insert({ tenant, id }, { status: 'waiting', candidate, createdAt: now, nextAt: now, attempts: 0, body }); } catch (error) { if (!(error instanceof DuplicateKey)) throw error; }
}

/** What one attempt came to. */
export type Attempt = { readonly acknowledged: true; readonly status: number } | { readonly acknowledged: false; readonly why: string };
export type Push = (id: string, body: string) => Promise<Attempt>;

export interface DeliveryPorts { readonly all: Deliveries; readonly push: Push; readonly now: () => Instant; /** In [0, 1). */ readonly jitter: () => number }

/** Tries what is due for a tenant; returns how many were acknowledged. */
export async function deliverDue(ports: DeliveryPorts, tenant: string): Promise<number> {
  const page = await ports.all.find(tenant, { index: 'due', equal: ['waiting'], below: toInstant(toEpochMs(ports.now()) + 1), limit: 100 });
  let acknowledged = 0;
  for (const delivery of page.documents) {
    if (await isBehindAnother(ports.all, tenant, delivery)) continue;
    if (await attempt(ports, delivery)) acknowledged += 1;
  }
  return acknowledged;
}

/** An older event of the same person goes first. */
async function isBehindAnother(all: Deliveries, tenant: string, delivery: Stored<Delivery>): Promise<boolean> {
  const first = (await all.find(tenant, { index: 'candidate', equal: [delivery.value.candidate, 'waiting'], limit: 1 })).documents[0];
  return first !== undefined && first.id !== delivery.id;
}

async function attempt({ all, push, now, jitter }: DeliveryPorts, delivery: Stored<Delivery>): Promise<boolean> {
  const outcome = await push(delivery.id, delivery.value.body);
  const attempts = delivery.value.attempts + 1;
  const wait = waitAfter(attempts, jitter());
  const at = now();
  const after: Delivery = outcome.acknowledged ? { ...delivery.value, status: 'delivered', attempts, last: String(outcome.status), deliveredAt: at }
    : { ...delivery.value, attempts, last: outcome.why, ...(wait === undefined ? { status: 'dead' } : { nextAt: toInstant(toEpochMs(at) + wait) }) };
  try { await all.replace(delivery, delivery.revision, after); } catch (error) { if (!(error instanceof RevisionConflict)) throw error; }
  return outcome.acknowledged;
}
