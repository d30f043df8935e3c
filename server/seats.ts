/**
 * Seats: devices that wait for a session to be pushed to them. Kept in memory while they are connected; a device that
 * loses its
 * connection simply comes back with its seat token.
 */
import type { Instant } from '../storage/document/instant.ts';

export interface WaitingSeat {
  readonly seat: string;
  readonly name: string;
  readonly since: Instant;
  readonly push: (code: string) => void;
}

/** Names that can be called across a room; two words and a number. */
const colours = ['blauwe', 'groene', 'gele', 'rode', 'witte', 'grijze', 'oranje', 'paarse'];
const animals = ['vos', 'uil', 'egel', 'haas', 'kat', 'merel', 'otter', 'zwaan', 'das', 'reiger'];

export function seatName(random: Uint8Array): string {
  const [a = 0, b = 0, c = 0] = random;
  return `${colours[a % colours.length]} ${animals[b % animals.length]} ${(c % 90) + 10}`;
}

export class Seats {
  private readonly waiting = new Map<string, WaitingSeat>();
  private readonly listeners = new Set<() => void>();

  add(seat: WaitingSeat): () => void {
    this.waiting.set(seat.seat, seat);
    this.tell();
    return () => {
      if (this.waiting.get(seat.seat) === seat) {
        this.waiting.delete(seat.seat);
        this.tell();
      }
    };
  }

  list(): readonly WaitingSeat[] {
    return [...this.waiting.values()].sort((a, b) => (a.since < b.since ? -1 : 1));
  }

  get(seat: string): WaitingSeat | undefined {
    return this.waiting.get(seat);
  }

  watch(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
