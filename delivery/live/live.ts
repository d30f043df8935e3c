/** The live state of the installation, the same at every process: who is connected, who waits, who is told. */
import type { Storage } from '../../storage/port.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import { ClockStops, clockStops } from './clock-stop.ts';
import { DeliveredMedia } from './delivered-media.ts';
import { Failures, failureCounts } from './failures.ts';
import { Notices, noticesDefinition } from './notices.ts';
import { type Heard, Presence } from './presence.ts';
import { Seats, type WaitingSeats, pushes } from './seats.ts';
import { SessionChanges } from './session-changes.ts';

export interface Live {
  /** Id of this process, different at every start. */
  readonly process: string;
  readonly presence: Presence;
  readonly seats: Seats;
  readonly sessions: SessionChanges;
  readonly failures: Failures;
  readonly delivered: DeliveredMedia;
  /** Whether deadlines close, or a person has to look at the clocks first. */
  readonly clock: ClockStops;
  close(): void;
}

export interface LivePorts {
  readonly storage: Storage;
  readonly process: string;
  readonly now: () => Instant;
  readonly keyedHash: (text: string) => string;
  /** Something in the background failed; it is tried again by itself. */
  readonly failed: (error: unknown) => void;
}

export async function openLive({ storage, process, now, keyedHash, failed }: LivePorts): Promise<Live> {
  const nowMs = (): number => toEpochMs(now());
  const heard = await storage.collection(noticesDefinition<Heard>('live-heard'));
  const waiting = await storage.collection(noticesDefinition<WaitingSeats>('live-seats'));
  const sessions = new SessionChanges(storage.journal);
  const seats = new Seats({
    notices: new Notices({ collection: waiting, process, nowMs }),
    pushes: await storage.collection(pushes),
    now,
    failed,
  });
  return {
    process,
    presence: new Presence(new Notices({ collection: heard, process, nowMs }), nowMs, process),
    seats,
    sessions,
    clock: new ClockStops(await storage.collection(clockStops), now),
    failures: new Failures({ counts: await storage.collection(failureCounts), now, keyedHash }),
    delivered: new DeliveredMedia(),
    close: () => {
      seats.close();
      sessions.close();
    },
  };
}
