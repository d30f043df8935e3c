/**
 * Who is connected, by heartbeat, in memory. Only changes become events: lost after three missed beats, back at the
 * next one.
 * A process that has just started knows nobody, and waits a while before it calls anybody lost.
 */
import type { SessionId } from '../sessions/run.ts';

/** A client beats every 5 s; after this silence it is lost, ms. */
export const lostAfterMs = 15_000;

export class Presence {
  private readonly lastBeat = new Map<string, { readonly id: SessionId; atMs: number; lost: boolean }>();

  /** True when this beat is the first after a loss. */
  beat(id: SessionId, nowMs: number, knownLost: boolean): boolean {
    const name = `${id.tenant}/${id.id}`;
    const before = this.lastBeat.get(name);
    this.lastBeat.set(name, { id, atMs: nowMs, lost: false });
    return before?.lost ?? knownLost;
  }

  /** Sessions that have just become lost; each is named once. */
  sweep(nowMs: number): SessionId[] {
    const lost: SessionId[] = [];
    for (const entry of this.lastBeat.values()) {
      if (entry.lost || nowMs - entry.atMs <= lostAfterMs) continue;
      entry.lost = true;
      lost.push(entry.id);
    }
    return lost;
  }

  forget(id: SessionId): void {
    this.lastBeat.delete(`${id.tenant}/${id.id}`);
  }
}
