/**
 * Bytes of each clip that left this process for a session: not what was asked for (a player asks for ranges, a bad line
 * asks again), but what was sent. Kept in memory: evidence, not a limit.
 */
import { type SessionId } from '../sessions/run.ts';
import { sessionName } from './presence.ts';

/** Sessions that are remembered; the one whose first clip was longest ago is forgotten first. */
const mostSessions = 5_000;
/** A play whose bytes were lost on the way is sent once more without being remarkable. */
const spareTimes = 1;

export class DeliveredMedia {
  private readonly ofSession = new Map<string, Map<string, number>>();

  /** @returns how many times the clip was sent by now, where that is more than so many plays can need */
  deliver(
    id: SessionId,
    clip: { readonly handle: string; readonly size: number; readonly plays: number },
    bytes: number,
  ) {
    const name = sessionName(id);
    const clips = this.ofSession.get(name) ?? new Map<string, number>();
    this.ofSession.set(name, clips);
    const total = (clips.get(clip.handle) ?? 0) + bytes;
    clips.set(clip.handle, total);
    const [oldest] = this.ofSession.keys();
    if (this.ofSession.size > mostSessions && oldest !== undefined) this.ofSession.delete(oldest);
    return total > (clip.plays + spareTimes) * clip.size ? Math.ceil(total / clip.size) : undefined;
  }

  forget(id: SessionId): void {
    this.ofSession.delete(sessionName(id));
  }
}
