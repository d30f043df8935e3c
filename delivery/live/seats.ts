/**
 * Seats: devices that wait for a session to be pushed to them, at whatever process. Each process says which devices
 * wait at it; a push is left in storage for the process that has the seat, or that the device comes back to. What is
 * left there is who pushed what, never a code.
 */
import { type Collection, type CollectionDefinition, installationTenant } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import type { Notices } from './notices.ts';

export interface WaitingSeat {
  readonly seat: string;
  readonly name: string;
  readonly since: Instant;
}
export interface WaitingSeats {
  readonly seats: readonly WaitingSeat[];
}

/** A session on its way to a seat, and who sent it. */
export interface SeatPush {
  readonly tenant: string;
  readonly session: string;
  readonly by: string;
  readonly at: Instant;
}
export const pushes: CollectionDefinition<SeatPush, never> = {
  name: 'live-pushes',
  indexes: {},
  // A push admits: nobody who only holds the database can make one.
  sealed: true,
  replaceable: true,
};

/** A push that no device has taken by then is void, ms. */
const pushLifeMs = 60_000;

interface Occupant extends WaitingSeat {
  readonly take: (push: SeatPush) => Promise<void>;
}

export interface SeatPorts {
  readonly notices: Notices<WaitingSeats>;
  readonly pushes: Collection<SeatPush, never>;
  readonly now: () => Instant;
  readonly failed: (error: unknown) => void;
}

export class Seats {
  private readonly here = new Map<string, Occupant>();
  private readonly listeners = new Set<() => void>();
  private readonly stops: readonly (() => void)[];
  private shown = '';

  constructor(private readonly ports: SeatPorts) {
    this.stops = [
      ports.notices.watch(() => this.inBackground(this.look())),
      ports.pushes.watch(installationTenant, ({ id }) => this.inBackground(this.handOver(id))),
    ];
  }

  /** A device waits here from now on. @returns how it leaves */
  add(seat: Omit<WaitingSeat, 'since'>, take: (push: SeatPush) => Promise<void>): () => void {
    const occupant: Occupant = { ...seat, since: this.ports.now(), take };
    this.here.set(seat.seat, occupant);
    this.inBackground(this.say());
    this.inBackground(this.handOver(seat.seat));
    return () => {
      if (this.here.get(seat.seat) !== occupant) return;
      this.here.delete(seat.seat);
      this.inBackground(this.say());
    };
  }

  /** Everybody who waits, at all processes, in the order of coming. */
  list(): readonly WaitingSeat[] {
    const elsewhere = this.ports.notices.others().flatMap(({ content }) => content.seats);
    const all = new Map(
      [...elsewhere, ...this.here.values()].map(({ seat, name, since }) => [seat, { seat, name, since }]),
    );
    return [...all.values()].sort((a, b) => (a.since < b.since ? -1 : 1));
  }

  get(seat: string): WaitingSeat | undefined {
    return this.list().find((waiting) => waiting.seat === seat);
  }

  /** Whether the device still waits, wherever it does. */
  async isWaiting(seat: string): Promise<boolean> {
    if (this.get(seat) === undefined) await this.look();
    return this.get(seat) !== undefined;
  }

  /** False when no such device waits. The session reaches it at whatever process it is. */
  async push(seat: string, push: Omit<SeatPush, 'at'>): Promise<boolean> {
    await this.look();
    if (this.get(seat) === undefined) return false;
    const { pushes, now } = this.ports;
    const key = { tenant: installationTenant, id: seat };
    const before = await pushes.get(key);
    const value = { ...push, at: now() };
    await (before === undefined ? pushes.insert(key, value) : pushes.replace(key, before.revision, value));
    return true;
  }

  watch(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  /** From time to time: says again who waits here, and sees which processes are gone. */
  async renew(): Promise<void> {
    await this.say();
    await this.look();
  }

  close(): void {
    for (const stop of this.stops) stop();
  }

  private async say(): Promise<void> {
    const seats = [...this.here.values()].map(({ seat, name, since }) => ({ seat, name, since }));
    this.tell();
    await this.ports.notices.write(seats.length === 0 ? undefined : { seats });
  }

  private async look(): Promise<void> {
    await this.ports.notices.look();
    this.tell();
  }

  /** Listeners are told of changes only, not of every renewal. */
  private tell(): void {
    const shown = JSON.stringify(this.list());
    if (shown === this.shown) return;
    this.shown = shown;
    for (const listener of this.listeners) listener();
  }

  /** A push for a device that waits here is taken by it, once. */
  private async handOver(seat: string): Promise<void> {
    const occupant = this.here.get(seat);
    if (occupant === undefined) return;
    const { pushes, now } = this.ports;
    const push = await pushes.get({ tenant: installationTenant, id: seat });
    if (push === undefined) return;
    const isOurs = await unlessRaced(pushes.remove(push, push.revision).then(() => true));
    if (isOurs === undefined) return;
    if (toEpochMs(now()) - toEpochMs(push.value.at) <= pushLifeMs) await occupant.take(push.value);
  }

  private inBackground(work: Promise<void>): void {
    work.catch(this.ports.failed);
  }
}
