/** The job that carries out what commits cause elsewhere (scoring/follow-up). */
import type { Logger } from 'pino';
import type { MakeId } from '../../storage/document/id.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import { streamKey } from '../../storage/journal/stream-name.ts';
import type { Origin } from '../../storage/journal/origin.ts';
import { workPending } from '../../storage/journal/pending.ts';
import { takeUpSetAside } from '../../storage/journal/set-aside.ts';
import type { Consequence, Storage, StreamId } from '../../storage/port.ts';
import type { Job } from './job.ts';

export interface ConsequencePorts {
  readonly storage: Storage;
  readonly now: () => Instant;
  readonly makeId: MakeId;
  readonly log: Logger;
  readonly follow: (consequence: Consequence, origin: Origin) => Promise<void>;
}

/**
 * Longer than one consequence takes; a process that was killed while it held the lease holds the others up for this
 * long, ms.
 */
const leaseMs = 10_000;

/** A stream whose consequence failed is tried again after a second, then ever later, at most this long, ms. */
const longestWaitMs = 60_000;
class Postponed {
  private readonly streams = new Map<string, { readonly failures: number; readonly untilMs: number }>();

  has(stream: StreamId, nowMs: number): boolean {
    return (this.streams.get(streamKey(stream))?.untilMs ?? 0) > nowMs;
  }
  /** The streams that failed in this step; those whose time had come and that did not fail again are forgotten. */
  note(failed: readonly StreamId[], nowMs: number): void {
    for (const stream of failed) {
      const failures = (this.streams.get(streamKey(stream))?.failures ?? 0) + 1;
      const waitMs = Math.min(1000 * 2 ** (failures - 1), longestWaitMs);
      this.streams.set(streamKey(stream), { failures, untilMs: nowMs + waitMs });
    }
    const failing = new Set(failed.map(streamKey));
    for (const [name, { untilMs }] of this.streams)
      if (untilMs <= nowMs && !failing.has(name)) this.streams.delete(name);
  }
}

export function consequencesJob({ storage, now, makeId, log, follow }: ConsequencePorts): Job {
  const lease = { holder: makeId(), lifeMs: leaseMs, now };
  const postponed = new Postponed();
  let isStarted = false;
  return {
    name: 'consequences',
    everyMs: 250,
    run: async () => {
      // What an earlier program did not know, this one may.
      const isFirstRun = !isStarted;
      isStarted = true;
      if (isFirstRun) await takeUpSetAside(storage, follow);
      const nowMs = toEpochMs(now());
      const step = await workPending({
        storage,
        lease,
        apply: follow,
        isPostponed: (stream) => postponed.has(stream, nowMs),
      });
      if (!step.leased) return;
      postponed.note(
        step.failed.map(({ stream }) => stream),
        nowMs,
      );
      for (const { origin, consequence } of step.setAside)
        log.error(
          { kind: consequence.kind, ...whereOf(origin.stream, origin.version) },
          'a consequence of a kind that nobody knows was set aside',
        );
      for (const { stream, version, error } of step.failed)
        log.error({ err: error, ...whereOf(stream, version) }, 'a consequence failed; it is tried again');
    },
  };
}

const whereOf = (stream: StreamId, version: number) => ({ stream: `${stream.kind}/${stream.id}`, version });
