/**
 * One session as this page sees it: the server's latest view, the outbox, the line and the clock. The page decides
 * nothing; it asks, and shows what comes back.
 */
import type { CandidateView, HeartbeatRequest, Heartbeat } from '../../../server/api/candidate/protocol.ts';
import { beatMs } from '../../../server/api/candidate/numbers.ts';
import { Outbox, type OutboxParts, isStorageFault } from '../../shared/outbox/outbox.ts';
import type { Draft, SentOperation, OperationsReply, SentOutcome } from '../../shared/outbox/operation.ts';
import type { OutboxStore } from '../../shared/outbox/store.ts';
import { followEvents } from '../../shared/request/event-stream.ts';
import { RequestFailed, ask } from '../../shared/request/request.ts';
import { type Surroundings, backoffMs } from '../../shared/surroundings.ts';
import type { z } from 'zod';
import { SignalCoalescer } from '../proctoring/coalesce.ts';
import { watchBrowser } from '../proctoring/watch.ts';
import { ServerClock, dueAnnouncement, remainingMs } from './clock.ts';
import { Renewal, type RenewalParts } from './renewal.ts';
import { sessionNameOf } from './session-name.ts';
import { type PageStanding, fenceOf, isOver, isWatching } from './standing.ts';

type Answered = Extract<SentOperation, { kind: 'answer' }>;

/** After how long without an answer the candidate is told: with the time between two beats within five seconds, ms. */
const slowMs = 2000;
const stallMs = 500;

/** A change that this page made itself is told by its own reply; only after this is it fetched, ms. */
const settleMs = 150;

export interface SessionParts extends Pick<RenewalParts, 'reload' | 'reloadedFor'>, Pick<OutboxParts, 'lastKept'> {
  readonly token: string;
  readonly store: OutboxStore;
  readonly surroundings: Surroundings;
  readonly reloaded: boolean;
  /** The browser itself asks the candidate something. */
  readonly isPrompting: () => boolean;
}

export class CandidateSession {
  view = $state.raw<CandidateView>();
  standing = $state.raw<PageStanding>({ name: 'opening' });
  connected = $state(true);
  storageFault = $state(false);
  /** The server asks for Safe Exam Browser: nothing is shown, and what waits stays kept. */
  lockedOut = $state(false);
  /** Operations not yet acknowledged, oldest first. */
  pending = $state.raw<readonly SentOperation[]>([]);
  /** An operation that moves on is under way. */
  busy = $state(false);
  /** Of the running clock, ms. */
  remaining = $state<number>();
  /** Minutes left, when that has just become worth saying. */
  announced = $state<number>();
  readonly signals: SignalCoalescer;
  readonly renewal: Renewal;
  private readonly outbox: Outbox;
  private readonly clock: ServerClock;
  private readonly stops: (() => void)[] = [];
  /** How often the view was asked for since it was last sent for: one request at a time, and one more for the rest. */
  private fetchesAsked = 0;
  private expiryLooks = 0;

  constructor(readonly parts: SessionParts) {
    const { surroundings, token } = parts;
    this.clock = new ServerClock(() => surroundings.monotonicMs());
    this.signals = new SignalCoalescer(surroundings, (signal) => {
      if (fenceOf(this.standing) !== undefined) void this.outbox.add({ kind: 'signal', signal }).catch(() => {});
    });
    this.outbox = new Outbox({
      session: sessionNameOf(token),
      store: parts.store,
      surroundings,
      made: () => this.clock.made(),
      lastKept: parts.lastKept,
      send: (operations, keepalive) =>
        this.timed<OperationsReply>(
          'candidate/session/operations',
          { fence: fenceOf(this.standing), operations },
          (reply) => reply.view.serverNow,
          keepalive,
        ),
      onreply: (reply) => {
        this.restored();
        this.apply(reply.view);
      },
      onchange: () => {
        this.pending = this.outbox.waiting;
      },
      onfault: (code) => {
        if (isStorageFault(code)) this.storageFault = true;
        this.signals.moment('storage-fault', { code });
      },
      onstopped: (why) => this.failed(why),
    });
    this.renewal = new Renewal({
      reloadedFor: parts.reloadedFor,
      reload: parts.reload,
      after: (ms, call) => surroundings.after(ms, call),
      keepAll: () => {
        this.outbox.stop();
        return this.outbox.allKept();
      },
      onwaiting: () => this.lost(),
    });
  }

  /** Becomes the writer (or waits to be admitted), and starts to listen. */
  async open(): Promise<void> {
    await this.take();
    this.follow();
    this.beat();
    this.tick();
    if (!isWatching(this.standing)) return;
    const { surroundings, isPrompting } = this.parts;
    this.stops.push(watchBrowser(this.signals, surroundings, { isPrompting, watched: () => this.watched }));
    const stopped = new AbortController();
    this.stops.push(() => stopped.abort());
    const { signal } = stopped;
    document.addEventListener(
      'visibilitychange',
      () => {
        if (document.hidden) this.outbox.flush(true);
        else void this.refresh();
      },
      { signal },
    );
    window.addEventListener('pagehide', () => this.outbox.flush(true), { signal });
    window.addEventListener('offline', () => this.lost(), { signal });
    window.addEventListener(
      'online',
      () => {
        this.outbox.flush();
        void this.refresh();
      },
      { signal },
    );
  }

  close(): void {
    this.leave({ name: 'left', fence: fenceOf(this.standing) });
  }

  private leave(standing: PageStanding): void {
    this.standing = standing;
    this.outbox.stop();
    for (const stop of this.stops) stop();
  }

  /** Asks for something; resolves when the server has acknowledged it. */
  async ask(draft: Draft): Promise<SentOutcome> {
    return this.outbox.add(draft);
  }

  /** Asks for something that changes the screen: one at a time, the main action waits. */
  async act(draft: Draft): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      return (await this.outbox.add(draft)).status === 'accepted';
    } catch {
      return false;
    } finally {
      this.busy = false;
    }
  }

  answer(handle: string, option: string): void {
    void this.outbox.add({ kind: 'answer', handle, option }).catch(() => {});
  }

  /** What the candidate chose: the latest choice of this page, else what the server has. */
  selected(handle: string, ofServer: string | undefined): string | undefined {
    return (
      this.pending.findLast(
        (operation): operation is Answered => operation.kind === 'answer' && operation.handle === handle,
      )?.option ?? ofServer
    );
  }

  /** saved: every answer is acknowledged. waiting: kept here, the server has not got it yet. */
  get saving(): 'saved' | 'saving' | 'waiting' {
    if (!this.pending.some(({ kind }) => kind === 'answer' || kind === 'flag')) return 'saved';
    return this.connected ? 'saving' : 'waiting';
  }

  /** By the rules of the session. */
  get watched(): CandidateView['watched'] {
    return this.view?.watched ?? { focus: true, fullScreen: true };
  }

  /** Fetches the present view. */
  async refresh(): Promise<void> {
    if (isOver(this.standing)) return;
    this.fetchesAsked += 1;
    if (this.fetchesAsked > 1) return;
    try {
      this.apply(await this.timed<CandidateView>('candidate/session', undefined, (view) => view.serverNow));
      this.restored();
    } catch (error) {
      this.failed(error);
    }
    const isAskedAgain = this.fetchesAsked > 1;
    this.fetchesAsked = 0;
    if (isAskedAgain) await this.refresh();
  }

  /** Takes the session back to this page. */
  returnHere(): void {
    this.parts.reload();
  }

  private async take(): Promise<void> {
    if (this.standing.name === 'taking') return;
    this.standing = { name: 'taking' };
    const { surroundings } = this.parts;
    const asked = { id: surroundings.makeId() };
    for (let attempt = 0; !isOver(this.standing); attempt += 1) {
      try {
        const view = await this.timed<CandidateView>('candidate/session/take', asked, (taken) => taken.serverNow);
        this.restored();
        if (isOver(this.standing)) return;
        const isAdmitted = view.screen.name !== 'waiting';
        this.standing = isAdmitted ? { name: 'writing', fence: view.fence } : { name: 'waiting' };
        this.apply(view);
        if (!isAdmitted) return;
        await this.outbox.open(view.nextSeq);
        if (this.parts.reloaded) this.signals.moment('page-reloaded');
        return;
      } catch (error) {
        this.failed(error);
        if (isOver(this.standing)) return;
        if (this.lockedOut) {
          // Somebody in the room lets it go on: this page hears of that as of an admission.
          this.standing = { name: 'waiting' };
          return;
        }
        await new Promise<void>((resolve) => {
          surroundings.after(backoffMs(attempt, surroundings.random()), resolve);
        });
      }
    }
  }

  private async timed<T>(path: string, body: unknown, serverNow: (reply: T) => string, keepalive = false): Promise<T> {
    const { surroundings, token } = this.parts;
    const sentAtMs = surroundings.monotonicMs();
    const options = { token, keepalive, ...(body === undefined ? {} : { body }) };
    const reply = await ask<T>(path, options).catch((error: unknown) => {
      if (error instanceof RequestFailed && error.code === 'exam-browser-required') this.lockedOut = true;
      throw error;
    });
    this.clock.observe(serverNow(reply), sentAtMs, surroundings.monotonicMs());
    return reply;
  }

  private apply(view: CandidateView): void {
    if (this.lockedOut) {
      this.lockedOut = false;
      this.outbox.flush();
    }
    if (this.view !== undefined && view.version < this.view.version) return;
    const fence = fenceOf(this.standing);
    if (fence !== undefined && view.fence > fence) {
      void this.lostRight('fenced');
      return;
    }
    const admittedNow = fence === undefined && view.screen.name !== 'waiting';
    if (this.view?.clock?.deadlineAt !== view.clock?.deadlineAt) this.expiryLooks = 0;
    this.view = view;
    this.look();
    if (view.screen.name === 'receipt') this.finish();
    if (admittedNow) void this.take();
  }

  private finish(): void {
    // A page that still asks to be the writer is shown the receipt again by the answer.
    if (this.standing.name !== 'writing') return;
    this.standing = { ...this.standing, name: 'finished' };
    for (const stop of this.stops.splice(0)) stop();
  }

  private follow(): void {
    if (!isWatching(this.standing)) return;
    const stop = followEvents(
      {
        path: 'candidate/session/events',
        token: this.parts.token,
        onopen: () => {
          this.restored();
          this.outbox.flush();
        },
        onevent: ({ name, data }) => {
          const version = typeof data === 'object' && data !== null && 'version' in data ? data.version : undefined;
          if (name !== 'changed' || typeof version !== 'number') return;
          this.parts.surroundings.after(settleMs, () => {
            if (version > (this.view?.version ?? -1)) void this.refresh();
          });
        },
        onlost: (why) => {
          // A stream may break for reasons of its own: probe the server to find out whether the line is down.
          if (why.status === 0) void this.probe();
          else this.failed(why);
          return isWatching(this.standing);
        },
      },
      this.parts.surroundings,
    );
    this.stops.push(stop);
  }

  private beat(): void {
    if (!isWatching(this.standing)) return;
    void this.probe().finally(() => this.parts.surroundings.after(beatMs, () => this.beat()));
  }

  /** Asks whether the server is there: its silence is what the candidate is told of. */
  private async probe(): Promise<void> {
    const { surroundings } = this.parts;
    const sentAtMs = surroundings.monotonicMs();
    let cancelSlow = surroundings.after(slowMs, () => {
      // A timer that comes late itself says that this device was busy, not that the line is gone: the answer may be
      // waiting.
      if (surroundings.monotonicMs() - sentAtMs < slowMs + stallMs) this.lost();
      else cancelSlow = surroundings.after(stallMs, () => this.lost());
    });
    const roundTripMs = this.clock.roundTripMs;
    const body: z.infer<typeof HeartbeatRequest> =
      roundTripMs === undefined ? {} : { roundTripMs: Math.round(roundTripMs) };
    try {
      const { version } = await this.timed<z.infer<typeof Heartbeat>>(
        'candidate/session/heartbeat',
        body,
        (beat) => beat.serverNow,
      );
      this.restored();
      if (this.lockedOut || version > (this.view?.version ?? -1)) void this.refresh();
    } catch (error) {
      this.failed(error);
    } finally {
      cancelSlow();
    }
  }

  private failed(error: unknown): void {
    if (!(error instanceof RequestFailed)) return;
    if (error.code === 'page-older') void this.renewal.outdated(String(error.problem['protocol']));
    else if (error.code === 'fenced' || error.status === 401) void this.lostRight(error.code);
    else if (error.status === 0 || error.status >= 500) this.lost();
  }

  private lost(): void {
    if (!this.connected) return;
    this.connected = false;
    this.signals.begin('network-lost');
  }

  private restored(): void {
    if (this.connected) return;
    this.connected = true;
    this.signals.end('network-lost', 'network-restored');
    this.outbox.flush();
  }

  /** The right to write is gone. With the same token it can be had again; after a new admission elsewhere it cannot. */
  private async lostRight(code: string): Promise<void> {
    if (isOver(this.standing)) return;
    const fence = fenceOf(this.standing);
    this.leave(code === 'fenced' ? { name: 'fenced', fence, mayReturn: false } : { name: 'expired', fence });
    if (code !== 'fenced') return;
    const mayReturn = await ask<CandidateView>('candidate/session', { token: this.parts.token }).then(
      () => true,
      () => false,
    );
    if (this.standing.name === 'fenced') this.standing = { ...this.standing, mayReturn };
  }

  private tick(): void {
    if (isOver(this.standing)) return;
    this.look();
    this.parts.surroundings.after(500, () => this.tick());
  }

  private look(): void {
    const { view } = this;
    if (view?.clock === undefined) {
      this.remaining = undefined;
      return;
    }
    const now = remainingMs(view.clock, view.paused, this.clock.nowMs());
    const due = dueAnnouncement(this.remaining, now);
    if (due !== undefined) this.announced = due;
    this.remaining = now;
    // Time is over by the server's word only: ask it, and not for ever.
    if (now === 0 && !view.paused && this.expiryLooks < 20) {
      this.expiryLooks += 1;
      if (this.expiryLooks % 4 === 1) void this.refresh();
    }
  }
}
