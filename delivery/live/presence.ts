/**
 * Who is connected, over all processes. Each process keeps whom it hears and says so every few seconds in one notice,
 * so that no heartbeat is a write of its own. One process (whoever has the lease) reads the notices and decides who is
 * lost; being back is decided by whoever hears the next beat, from the session itself.
 */
import type { SessionId } from '../sessions/run.ts';
import type { UnheardInterval } from '../sessions/facts.ts';
import { type Instant, toInstant } from '../../storage/document/instant.ts';
import { Hearing } from './hearing.ts';
import { lostAfterMs, toldMissedBeatMs } from './heartbeat.ts';
import { type Notices, type SeenNotice, goneAfterMs, isPresent } from './notices.ts';

/** Names of sessions, and how long before the notice each was heard last, ms. */
export interface Heard {
  readonly heard: Readonly<Record<string, number>>;
}

/** Whoever was silent for longer than this is no longer named: everybody knows of the loss by then, ms. */
const forgottenMs = 2 * lostAfterMs;

/** A session lasts less than this, ms. */
const unbeatenKeptMs = 6 * 3_600_000;

export const sessionName = ({ tenant, id }: SessionId): string => `${tenant}/${id}`;

export class Presence {
  private readonly hearing = new Hearing();
  /** Since when each asked without a beat, ms. */
  private readonly unbeatenMs = new Map<string, number>();

  constructor(
    private readonly notices: Notices<Heard>,
    private readonly nowMs: () => number,
    /** Whose notices are its own. */
    private readonly process: string,
  ) {}

  beat(id: SessionId): void {
    this.unbeatenMs.delete(sessionName(id));
    this.hearing.hear(sessionName(id), this.nowMs());
  }

  /**
   * The first beat after a loss is told at once: whoever decides must not find the session restored and the last word
   * on it still the old one.
   */
  async beatAgain(id: SessionId): Promise<void> {
    this.beat(id);
    await this.say();
  }

  /**
   * Another request of a page that beats: whoever asks for something is there. Of a page that never beat nothing is
   * expected; that it asks without beating is remembered.
   */
  ask(id: SessionId): void {
    const name = sessionName(id);
    if (!this.unbeatenMs.has(name)) this.unbeatenMs.set(name, this.nowMs());
    if (this.hearing.isKnown(name)) this.hearing.hear(name, this.nowMs());
  }

  /** The first request after a loss, told at once as a beat is. */
  async askAgain(id: SessionId): Promise<void> {
    this.ask(id);
    this.hearing.hear(sessionName(id), this.nowMs());
    await this.say();
  }

  /**
   * Since when a page has asked for things here without a beat; another process may hear its beats, which is looked up
   * only where it is worth a look: from `worthMs` on, or since before `before`.
   */
  async unbeatenFrom(id: SessionId, worthMs: number, before: Instant | undefined): Promise<Instant | undefined> {
    const name = sessionName(id);
    const fromMs = this.unbeatenMs.get(name);
    if (fromMs === undefined) return undefined;
    const from = toInstant(fromMs);
    if (this.nowMs() - fromMs <= worthMs && (before === undefined || from > before)) return undefined;
    const notices = await this.notices.look();
    return notices.some(({ process, content }) => process !== this.process && name in content.heard) ? undefined : from;
  }

  /**
   * When this process last heard nothing of a page for longer than a beat, or hears nothing now. A silence too short to
   * be a loss is seen only by the process that heard both its ends.
   */
  unheard(id: SessionId): UnheardInterval | undefined {
    const silence = this.hearing.silence(sessionName(id), this.nowMs());
    return silence === undefined ? undefined : { from: toInstant(silence.fromMs), to: toInstant(silence.toMs) };
  }

  /** The session is over. */
  forget(id: SessionId): void {
    this.unbeatenMs.delete(sessionName(id));
    this.hearing.forget(sessionName(id));
  }

  /** Tells the other processes whom this one hears. */
  async say(): Promise<void> {
    const now = this.nowMs();
    this.hearing.forgetBefore(now - forgottenMs);
    for (const [name, fromMs] of this.unbeatenMs) if (fromMs < now - unbeatenKeptMs) this.unbeatenMs.delete(name);
    const heard = Object.fromEntries(this.hearing.all(now));
    await this.notices.write(Object.keys(heard).length === 0 ? undefined : { heard });
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

/** The last time that a page was heard, and since when without a gap, ms. */
export interface HeardMs {
  readonly atMs: number;
  readonly sinceMs: number;
}

/** The same, once it was heard at another time. */
export const heardAgain = (before: HeardMs | undefined, atMs: number): HeardMs =>
  before === undefined || atMs - before.atMs > toldMissedBeatMs
    ? { atMs, sinceMs: atMs }
    : { atMs, sinceMs: before.sinceMs };

/**
 * Was this session silent for too long? Not before the process that decides has decided for that long: whoever starts
 * knows nobody, and calls nobody lost for that. A page that never beat is not lost either: it has not come yet.
 */
export const isLost = (heardMs: number | undefined, decidingSinceMs: number, nowMs: number): boolean =>
  heardMs !== undefined && nowMs - Math.max(heardMs, decidingSinceMs) > lostAfterMs;
