/**
 * The live room of a centre: read once, kept up to date by what changes, and shared by all who watch it at this
 * process. Each watcher gets the whole once and then only what changed.
 */
import { NumberedRows } from '../../../delivery/monitoring/numbered-rows.ts';
import type { WaitingSeat } from '../../../delivery/live/seats.ts';
import type { EventStream } from '../../http/sse.ts';
import { defined } from '../../../storage/document/defined.ts';
import type { ClockStopSeen, Room, RoomChanges, RoomSession } from './protocol.ts';
import { centreOfRegistration } from './expected.ts';
import { type InvigilatorPorts, type Centre, centreTitle, clockStopSeen, roomIds, roomRow } from './view.ts';

/** Many changes within this time are one message, ms. */
const gatherMs = 250;
/** The list is read anew this often: sessions grow too old for the room, and a change may have been missed, ms. */
const relistMs = 60_000;

export class RoomFeeds {
  private readonly feeds = new Map<string, { readonly feed: RoomFeed; watchers: number }>();

  constructor(private readonly program: InvigilatorPorts) {}

  /** Follows the room until the stream is closed. `lastEventId` is what a watcher who comes back had last. */
  async follow(centre: Centre, stream: EventStream, lastEventId: string | undefined): Promise<void> {
    const name = JSON.stringify([centre.tenant, centre.centre]);
    const entry = this.feeds.get(name) ?? { feed: new RoomFeed(this.program, centre), watchers: 0 };
    this.feeds.set(name, entry);
    entry.watchers += 1;
    try {
      await entry.feed.follow(stream, lastEventId);
    } finally {
      entry.watchers -= 1;
      if (entry.watchers === 0) {
        this.feeds.delete(name);
        entry.feed.close();
      }
    }
  }
}

class RoomFeed {
  private readonly rows = new NumberedRows<RoomSession>();
  private readonly seats = new NumberedRows<WaitingSeat>();
  /** One row at most. */
  private readonly clock = new NumberedRows<ClockStopSeen>();
  private readonly id: string;
  private readonly changed = new Set<string>();
  /** Sessions of other centres of the agency: looked at once. */
  private readonly foreign = new Set<string>();
  private readonly watchers = new Set<() => void>();
  /** Registrations that changed, of any centre of the agency. */
  private readonly registrations = new Set<string>();
  /** Whose each session in the room is, by pseudonym. */
  private readonly owners = new Map<string, string>();
  /** Persons of the agency who are new or were erased. */
  private readonly persons = new Set<string>();
  private readonly streams = new Set<EventStream>();
  private readonly stops: readonly (() => void)[];
  private waiting: (() => void) | undefined;
  private readonly ready: Promise<void>;
  private title = '';

  constructor(
    private readonly program: InvigilatorPorts,
    private readonly centre: Centre,
  ) {
    this.id = program.makeId();
    this.stops = [
      program.live.sessions.watch(({ tenant, id }) => {
        if (tenant !== centre.tenant || this.foreign.has(id)) return;
        this.changed.add(id);
        this.soon();
      }),
      program.live.seats.watch(() => this.soon()),
      program.live.clock.watch(() => this.soon()),
      program.registrations.watch(centre.tenant, ({ id }) => {
        this.registrations.add(id);
        this.soon();
      }),
      program.persons.watch(centre.tenant, (candidate) => {
        this.persons.add(candidate);
        this.soon();
      }),
      program.timers.every(relistMs, () => this.inBackground(this.list())),
    ];
    this.ready = this.list();
  }

  close(): void {
    this.waiting?.();
    for (const stop of this.stops) stop();
  }

  async follow(stream: EventStream, lastEventId: string | undefined): Promise<void> {
    await this.ready;
    let at = this.placeOf(lastEventId);
    const tell = (): void => {
      at = this.send(stream, at);
    };
    tell();
    this.watchers.add(tell);
    this.streams.add(stream);
    await stream.closed;
    this.watchers.delete(tell);
    this.streams.delete(stream);
  }

  /** Sends what changed since then, or the whole. @returns the place that the watcher has reached */
  private send(stream: EventStream, at: Place | undefined): Place {
    const here = { rows: this.rows.number, seats: this.seats.number, clock: this.clock.number };
    const rows = at === undefined ? undefined : this.rows.since(at.rows);
    const seats = at === undefined ? undefined : this.seats.since(at.seats);
    const clock = at === undefined ? undefined : this.clock.since(at.clock);
    const eventId = `${this.id}.${here.rows}.${here.seats}.${here.clock}`;
    const [clockStop] = this.clock.all();
    const serverNow = this.program.now();
    if (rows === undefined || seats === undefined || clock === undefined) {
      const whole: Room = {
        centre: this.title,
        serverNow,
        sessions: [...this.rows.all()],
        seats: [...this.program.live.seats.list()],
        ...defined({ clockStop }),
      };
      stream.send('room', whole, eventId);
      return here;
    }
    if (at?.rows === here.rows && at.seats === here.seats && at.clock === here.clock) return here;
    const changes: RoomChanges = {
      serverNow,
      sessions: [...rows.changed],
      removed: [...rows.removed],
      ...(at?.seats === here.seats ? {} : { seats: [...this.program.live.seats.list()] }),
      ...(at?.clock === here.clock ? {} : { clockStop: clockStop ?? null }),
    };
    stream.send('changes', changes, eventId);
    return here;
  }

  /** Where an event of this feed was sent; undefined for one of another process or of an earlier start. */
  private placeOf(eventId: string | undefined): Place | undefined {
    const [feed, rows, seats, clock] = (eventId ?? '').split('.');
    return feed === this.id ? { rows: Number(rows), seats: Number(seats), clock: Number(clock) } : undefined;
  }

  private soon(): void {
    this.waiting ??= this.program.timers.after(gatherMs, () => {
      this.waiting = undefined;
      this.inBackground(this.refresh());
    });
  }

  private async refresh(): Promise<void> {
    const isAnyErased = await this.lookForErased();
    const ids = [...this.changed];
    this.changed.clear();
    for (const id of ids) await this.look(id);
    this.lookAtSeats();
    await this.lookAtClock();
    for (const tell of this.watchers) tell();
    await this.tellOfRegistrations(isAnyErased);
  }

  /** A name leaves the room as soon as its person is erased. */
  private async lookForErased(): Promise<boolean> {
    const persons = [...this.persons];
    this.persons.clear();
    let isAny = false;
    for (const id of persons) {
      if ((await this.program.candidates.person({ tenant: this.centre.tenant, id })) !== undefined) continue;
      isAny = true;
      for (const [session, owner] of this.owners) if (owner === id) this.changed.add(session);
    }
    return isAny;
  }

  /** Only that something changed: whoever looks at a day asks for it. */
  private async tellOfRegistrations(isAnyErased: boolean): Promise<void> {
    const ids = [...this.registrations];
    this.registrations.clear();
    const { tenant, centre } = this.centre;
    const centres = await Promise.all(ids.map((id) => centreOfRegistration(this.program, { tenant, id })));
    if (isAnyErased || centres.includes(centre)) for (const stream of this.streams) stream.send('registrations', {});
  }

  private async list(): Promise<void> {
    this.title = await centreTitle(this.program, this.centre);
    const listed = new Set(await roomIds(this.program, this.centre));
    for (const id of listed) await this.look(id);
    for (const id of this.rows.ids()) if (!listed.has(id)) this.forget(id);
    this.foreign.clear();
    this.lookAtSeats();
    await this.lookAtClock();
    for (const tell of this.watchers) tell();
  }

  private forget(id: string): void {
    this.rows.set(id, undefined);
    this.owners.delete(id);
  }

  private async look(id: string): Promise<void> {
    const found = await roomRow(this.program, this.centre, id);
    if (found === undefined) this.foreign.add(id);
    else this.owners.set(id, found.candidate);
    this.rows.set(id, found?.row);
  }

  private lookAtSeats(): void {
    const waiting = this.program.live.seats.list();
    for (const id of this.seats.ids()) if (!waiting.some(({ seat }) => seat === id)) this.seats.set(id, undefined);
    for (const seat of waiting) this.seats.set(seat.seat, seat);
  }

  private async lookAtClock(): Promise<void> {
    this.clock.set('clock', clockStopSeen((await this.program.live.clock.get())?.value));
  }

  private inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => this.program.log.error({ err: error }, 'room not read; it is tried again'));
  }
}

interface Place {
  readonly rows: number;
  readonly seats: number;
  readonly clock: number;
}
