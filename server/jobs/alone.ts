/** Work of which one process at a time does its share. */
import { leases, releaseLease, takeLease } from '../../storage/journal/lease.ts';
import type { Program } from '../program.ts';

/**
 * Longer than one attempt takes; a killed holder holds the others up for this long, ms. A run that takes longer may
 * meet another one: what is done under such a lease can be done twice.
 */
const leaseMs = 20_000;

/** Runs `work` when no other process does. */
export async function alone(
  { storage, now }: Pick<Program, 'storage' | 'now'>,
  holder: string,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  const collection = await storage.collection(leases);
  const lease = await takeLease(collection, name, { holder, lifeMs: leaseMs }, now());
  if (lease === undefined) return;
  try {
    await work();
  } finally {
    await releaseLease(collection, lease);
  }
}
