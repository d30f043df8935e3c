/**
 * A lease: one process at a time does a job. Taken by compare-and-set, given back, or free again when it expires (its
 * holder died).
 */
import { type Instant, toEpochMs, toInstant } from '../document/instant.ts';
import { type Collection, type CollectionDefinition, type Stored, installationTenant } from '../port.ts';
import { unlessRaced } from '../raced.ts';

export interface Lease {
  readonly holder: string;
  readonly expiresAt: Instant;
}
export type Leases = Collection<Lease, never>;
export const leases: CollectionDefinition<Lease, never> = { name: 'leases', indexes: {} };

export interface LeaseTerms {
  /** Id of this process, different in every process and start. */
  readonly holder: string;
  /** Longer than the longest single step, and than clocks differ. */
  readonly lifeMs: number;
}

const expiry = (now: Instant, { holder, lifeMs }: LeaseTerms): Lease => ({
  holder,
  expiresAt: toInstant(toEpochMs(now) + lifeMs),
});

/** The lease, or undefined when another holder has it and it has not expired. Taking one's own again renews it. */
export async function takeLease(
  collection: Leases,
  name: string,
  terms: LeaseTerms,
  now: Instant,
): Promise<Stored<Lease> | undefined> {
  const key = { tenant: installationTenant, id: name };
  const stored = await collection.get(key);
  if (stored === undefined) return unlessRaced(collection.insert(key, expiry(now, terms)));
  if (stored.value.holder !== terms.holder && stored.value.expiresAt > now) return undefined;
  return unlessRaced(collection.replace(stored, stored.revision, expiry(now, terms)));
}

/** The lease with a later expiry, or undefined when it was lost: stop the work then. */
export const renewLease = (
  collection: Leases,
  lease: Stored<Lease>,
  terms: LeaseTerms,
  now: Instant,
): Promise<Stored<Lease> | undefined> => unlessRaced(collection.replace(lease, lease.revision, expiry(now, terms)));

/** Gives it back. Nothing happens when it was lost already. */
export async function releaseLease(collection: Leases, lease: Stored<Lease>): Promise<void> {
  await unlessRaced(collection.remove(lease, lease.revision));
}
