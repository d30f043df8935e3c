/** One process at a time decides what only one may decide: whoever holds the lease. */
import { type Lease, type LeaseTerms, type Leases, renewLease, takeLease } from '../../storage/journal/lease.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import type { Stored } from '../../storage/port.ts';

export interface LeadershipPorts {
  readonly leases: Leases;
  readonly name: string;
  readonly terms: LeaseTerms;
  readonly now: () => Instant;
}

export class Leadership {
  private held: { readonly lease: Stored<Lease>; readonly sinceMs: number } | undefined;

  constructor(private readonly ports: LeadershipPorts) {}

  /** Since when this process decides, without a break, ms; undefined when it does not. */
  get sinceMs(): number | undefined {
    const { held } = this;
    return held !== undefined && held.lease.value.expiresAt > this.ports.now() ? held.sinceMs : undefined;
  }

  /** To be called well more often than the lease lives. */
  async keep(): Promise<void> {
    const { leases, name, terms, now } = this.ports;
    const at = now();
    const sinceMs = this.sinceMs ?? toEpochMs(at);
    const unbroken = this.sinceMs === undefined ? undefined : this.held?.lease;
    const lease =
      (unbroken === undefined ? undefined : await renewLease(leases, unbroken, terms, at)) ??
      (await takeLease(leases, name, terms, at));
    this.held = lease === undefined ? undefined : { lease, sinceMs };
  }
}
