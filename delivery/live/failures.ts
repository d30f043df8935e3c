/**
 * Failed attempts, counted over all processes: forty candidates behind one address are no attack, so successes do not
 * count. Who failed is kept as a keyed hash only, until the window ends.
 */
import { everyDocument } from '../../storage/pages.ts';
import { type Collection, type CollectionDefinition, installationTenant } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';

export interface FailureCount {
  readonly count: number;
  readonly endsAt: Instant;
}
export const failureCounts: CollectionDefinition<FailureCount, 'endsAt'> = {
  name: 'live-failures',
  indexes: { endsAt: { fields: ['endsAt'] } },
};

/** So many failures within the window, which begins with the first of them. */
export interface FailureTerms {
  readonly name: string;
  readonly most: number;
  readonly windowMs: number;
}

export interface FailurePorts {
  readonly counts: Collection<FailureCount, 'endsAt'>;
  readonly now: () => Instant;
  /** Of an address and whatever else tells who tries: one way, with a key of the installation. */
  readonly keyedHash: (text: string) => string;
}

/** Tries before a count gives up against other writers of the same one. */
const attempts = 8;

export class Failures {
  constructor(private readonly ports: FailurePorts) {}

  /** How long this one must wait, ms; 0 when it may try. */
  async waitMs({ name, most }: FailureTerms, who: string): Promise<number> {
    const { counts, now } = this.ports;
    const stored = await counts.get(this.key(name, who));
    if (stored === undefined || stored.value.count < most) return 0;
    return Math.max(0, toEpochMs(stored.value.endsAt) - toEpochMs(now()));
  }

  /** One failure more; the count in this window. Undefined when too many write the same count at once. */
  async add(terms: FailureTerms, who: string): Promise<number | undefined> {
    const { now } = this.ports;
    return this.change(terms, who, (stored) =>
      stored !== undefined && stored.endsAt > now()
        ? { ...stored, count: stored.count + 1 }
        : { count: 1, endsAt: toInstant(toEpochMs(now()) + terms.windowMs) },
    );
  }

  /**
   * Takes one of the attempts before it is known whether it fails, so that many at once cannot all be tried: true when
   * there was one left. `giveBack` returns it when it did not fail.
   */
  async take(terms: FailureTerms, who: string): Promise<boolean> {
    if ((await this.waitMs(terms, who)) > 0) return false;
    const count = await this.add(terms, who);
    return count !== undefined && count <= terms.most;
  }

  async giveBack(terms: FailureTerms, who: string): Promise<void> {
    await this.change(terms, who, (stored) =>
      stored === undefined ? undefined : { ...stored, count: Math.max(0, stored.count - 1) },
    );
  }

  private async change(
    { name }: FailureTerms,
    who: string,
    next: (stored: FailureCount | undefined) => FailureCount | undefined,
  ): Promise<number | undefined> {
    const { counts } = this.ports;
    const key = this.key(name, who);
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const stored = await counts.get(key);
      const value = next(stored?.value);
      if (value === undefined) return undefined;
      const write = stored === undefined ? counts.insert(key, value) : counts.replace(key, stored.revision, value);
      if ((await unlessRaced(write)) !== undefined) return value.count;
    }
    return undefined;
  }

  /** Windows that have ended are forgotten. */
  async tidy(): Promise<void> {
    const { counts, now } = this.ports;
    const query = { index: 'endsAt', equal: [], below: now() } as const;
    for await (const ended of everyDocument(counts, installationTenant, query))
      await unlessRaced(counts.remove(ended, ended.revision));
  }

  private key(name: string, who: string): { readonly tenant: string; readonly id: string } {
    return { tenant: installationTenant, id: this.ports.keyedHash(`${name}|${who}`) };
  }
}
