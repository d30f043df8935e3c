/**
 * Who is connected, over all processes. Each process keeps whom it hears and says so every few seconds in one notice,
 * so that no heartbeat is a write of its own. One process (whoever has the lease) reads the notices and decides who is
 * lost; being back is decided by whoever hears the next beat, from the session itself.
 */
import type { SessionId } from '../sessions/run.ts';
import { lostAfterMs } from './heartbeat.ts';
import { type Notices, type SeenNotice, goneAfterMs, isPresent } from './notices.ts';

/** Names of sessions, and how long before the notice each was heard last, ms. */
export interface Heard {
  readonly heard: Readonly<Record<string, number>>;
}

/** Whoever was silent for longer than this is no longer named: everybody knows of the loss by then, ms. */
const forgottenMs = 2 * lostAfterMs;

export const sessionName = ({ tenant, id }: SessionId): string => `${tenant}/${id}`;

export class Presence {
  private readonly beats = new Map<string, number>();

  constructor(
    private readonly notices: Notices<Heard>,
    private readonly nowMs: () => number,
  ) {}

  beat(id: SessionId): void {
    this.beats.set(sessionName(id), this.nowMs());
  }

  /**
   * The first beat after a loss is told at once: whoever decides must not find the session restored and the last word
   * on it still the old one.
   */
  async beatAgain(id: SessionId): Promise<void> {
    this.beat(id);
    await this.say();
  }

  /** The session is over. */
  forget(id: SessionId): void {
    this.beats.delete(sessionName(id));
  }

  /** Tells the other processes whom this one hears. */
  async say(): Promise<void> {
    const now = this.nowMs();
    for (const [name, atMs] of this.beats) if (now - atMs > forgottenMs) this.beats.delete(name);
    const heard = Object.fromEntries([...this.beats].map(([name, atMs]) => [name, now - atMs]));
    await this.notices.write(this.beats.size === 0 ? undefined : { heard });
  }

  /** When each session was heard last, by whatever process, ms. */
  async lastHeard(): Promise<ReadonlyMap<string, number>> {
    return lastHeard(await this.notices.look(), this.nowMs());
  }
}

/**
 * Those whom a process heard that is gone now may have beaten into the void until then: they count as heard when it was
 * found gone, and have the whole time again to be heard by another.
 */
export function lastHeard(notices: readonly SeenNotice<Heard>[], nowMs: number): ReadonlyMap<string, number> {
  const latest = new Map<string, number>();
  for (const notice of notices) {
    const isGone = !isPresent(notice, nowMs);
    for (const [name, beforeMs] of Object.entries(notice.content.heard)) {
      const wasConnected = beforeMs <= lostAfterMs;
      const atMs = isGone && wasConnected ? notice.seenMs + goneAfterMs : notice.seenMs - beforeMs;
      latest.set(name, Math.max(atMs, latest.get(name) ?? Number.NEGATIVE_INFINITY));
    }
  }
  return latest;
}

/**
 * Was this session silent for too long? Not before the process that decides has decided for that long: whoever starts
 * knows nobody, and calls nobody lost for that. A page that never beat is not lost either: it has not come yet.
 */
export const isLost = (heardMs: number | undefined, decidingSinceMs: number, nowMs: number): boolean =>
  heardMs !== undefined && nowMs - Math.max(heardMs, decidingSinceMs) > lostAfterMs;
