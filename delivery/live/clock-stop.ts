/**
 * A stop of everything that deadlines close, after the clock of a machine jumped or stood still. All processes share
 * it; it lasts until a person has looked at the clocks. Candidates go on meanwhile, by the time of the program.
 */
import { type Collection, type CollectionDefinition, type Stored, installationTenant } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import type { Instant } from '../../storage/document/instant.ts';

export interface ClockJump {
  /** By the time of the program, which went on; no two jumps have the same. */
  readonly noticedAt: Instant;
  /** What the machine's clock said then, and how far that was ahead of the program's time, ms (below 0: behind). */
  readonly machineAt: Instant;
  readonly aheadMs: number;
}
export interface ClockStop {
  /** Since the stop began, in their order; at least one. */
  readonly jumps: readonly ClockJump[];
  readonly confirmed?: { readonly by: string; readonly at: Instant };
}
export const clockStops: CollectionDefinition<ClockStop, never> = {
  name: 'clock-stops',
  indexes: {},
  // It decides whether deadlines close: nobody who only holds the database can begin or end one.
  sealed: true,
  replaceable: true,
};

const key = { tenant: installationTenant, id: 'clock' } as const;
/** More jumps than that before anybody looks say nothing new. */
const mostJumps = 50;

export const lastJump = ({ jumps }: ClockStop): ClockJump | undefined => jumps.at(-1);
/** Deadlines close nothing now. */
export const isStopped = (stop: ClockStop | undefined): stop is ClockStop =>
  stop !== undefined && stop.confirmed === undefined;

export class ClockStops {
  constructor(
    private readonly collection: Collection<ClockStop, never>,
    private readonly now: () => Instant,
  ) {}

  /** The present stop, or the last one. */
  get(): Promise<Stored<ClockStop> | undefined> {
    return this.collection.get(key);
  }

  /** Begins a stop, or adds to the one there is. Whoever was told by another process meanwhile adds nothing. */
  async add(stored: Stored<ClockStop> | undefined, jump: ClockJump, confirmed?: ClockStop['confirmed']): Promise<void> {
    const before = isStopped(stored?.value) ? stored.value.jumps : [];
    const jumps = [...before, jump].slice(-mostJumps);
    const stop: ClockStop = confirmed === undefined ? { jumps } : { jumps, confirmed };
    await unlessRaced(
      stored === undefined ? this.collection.insert(key, stop) : this.collection.replace(key, stored.revision, stop),
    );
  }

  /** @returns false when nothing is stopped, or something happened that this person has not seen */
  async confirm(noticedAt: Instant, by: string): Promise<boolean> {
    const stored = await this.collection.get(key);
    if (stored === undefined || !isStopped(stored.value) || lastJump(stored.value)?.noticedAt !== noticedAt)
      return false;
    const stop: ClockStop = { ...stored.value, confirmed: { by, at: this.now() } };
    return (await unlessRaced(this.collection.replace(key, stored.revision, stop))) !== undefined;
  }

  /** All clocks agree again, and nobody is under way. */
  async forget(): Promise<void> {
    const stored = await this.collection.get(key);
    if (stored !== undefined) await unlessRaced(this.collection.remove(key, stored.revision));
  }

  watch(changed: () => void): () => void {
    return this.collection.watch(installationTenant, changed);
  }
}
