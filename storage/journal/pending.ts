/**
 * One step of the worker that applies the consequences of commits elsewhere. At least once: `apply` must be idempotent.
 */
import { type Instant, toEpochMs } from '../document/instant.ts';
import {
  type Consequence,
  CorruptStorage,
  type PendingWork,
  type Storage,
  type Stored,
  type StreamId,
} from '../port.ts';
import { streamKey } from './stream-name.ts';
import type { Origin } from './origin.ts';
import { type SetAside, UnknownConsequence, setAside, setAsideConsequences } from './set-aside.ts';
import { type Lease, type LeaseTerms, type Leases, leases, releaseLease, renewLease, takeLease } from './lease.ts';

export interface PendingPorts {
  readonly storage: Storage;
  readonly lease: LeaseTerms & { readonly now: () => Instant };
  /**
   * Applies one consequence; applying it again must change nothing. UnknownConsequence sets it aside; any other throw
   * leaves it, and what follows in its stream, for a later step.
   */
  readonly apply: (consequence: Consequence, origin: Origin) => Promise<void>;
  /** True while a stream that failed is not tried again yet. */
  readonly isPostponed?: (stream: StreamId) => boolean;
  /** Commits in one step; default 1000. */
  readonly limit?: number;
}

export interface PendingStep {
  /** False when another process has the lease: nothing was done. */
  readonly leased: boolean;
  /** Commits whose consequences were all applied and cleared. */
  readonly cleared: number;
  /** Consequences that nobody knows: kept apart, and cleared here. */
  readonly setAside: readonly SetAside[];
  readonly failed: readonly { readonly stream: StreamId; readonly version: number; readonly error: unknown }[];
}

export const pendingLease = 'pending-work';

/** Takes the lease, applies what is pending, clears it, gives the lease back. */
export async function workPending(ports: PendingPorts): Promise<PendingStep> {
  const collection = await ports.storage.collection(leases);
  const taken = await takeLease(collection, pendingLease, ports.lease, ports.lease.now());
  if (taken === undefined) return { leased: false, cleared: 0, setAside: [], failed: [] };
  const holding = new Holding(collection, taken, ports.lease);
  try {
    return await applyAll(ports, holding);
  } finally {
    await holding.release();
  }
}

async function applyAll(ports: PendingPorts, holding: Holding): Promise<PendingStep> {
  const failed: { stream: StreamId; version: number; error: unknown }[] = [];
  const unknown: SetAside[] = [];
  const blocked = new Set<string>();
  let cleared = 0;
  for (const work of await ports.storage.journal.pending(ports.limit ?? 1000)) {
    if (blocked.has(streamKey(work.stream)) || ports.isPostponed?.(work.stream) === true) continue;
    if (!(await holding.keep())) break;
    try {
      unknown.push(...(await applyOne(ports, work)));
      cleared += 1;
    } catch (error) {
      blocked.add(streamKey(work.stream));
      failed.push({ stream: work.stream, version: work.version, error });
    }
  }
  return { leased: true, cleared, setAside: unknown, failed };
}

/** @returns what was set aside. */
async function applyOne(
  { storage, apply, lease }: PendingPorts,
  { stream, version, consequences }: PendingWork,
): Promise<readonly SetAside[]> {
  if (consequences instanceof CorruptStorage) throw consequences;
  const unknown: SetAside[] = [];
  for (const [position, consequence] of consequences.entries()) {
    const origin = { stream, version, position };
    try {
      await apply(consequence, origin);
    } catch (error) {
      if (!(error instanceof UnknownConsequence)) throw error;
      const one = { origin, consequence, at: lease.now() };
      await setAside(await storage.collection(setAsideConsequences), one);
      unknown.push(one);
    }
  }
  await storage.journal.clearPending(stream, version);
  return unknown;
}

/** The lease while it is held: renewed when half of its life is over. */
class Holding {
  constructor(
    private readonly collection: Leases,
    private lease: Stored<Lease>,
    private readonly terms: PendingPorts['lease'],
  ) {}

  /** False when the lease was lost. */
  async keep(): Promise<boolean> {
    const now = this.terms.now();
    if (toEpochMs(this.lease.value.expiresAt) - toEpochMs(now) > this.terms.lifeMs / 2) return true;
    const renewed = await renewLease(this.collection, this.lease, this.terms, now);
    if (renewed !== undefined) this.lease = renewed;
    return renewed !== undefined;
  }

  release(): Promise<void> {
    return releaseLease(this.collection, this.lease);
  }
}
