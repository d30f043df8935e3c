/**
 * Sessions that are under way: closing what is over, saying who was lost. One process does that for all, whoever has
 * the lease; it learns of changes as they happen, and looks through all sessions from time to time.
 */
import { tenants } from '../../people/agencies/agency.ts';
import { everyDocument } from '../../storage/pages.ts';
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { type ClockStop, isStopped } from '../../delivery/live/clock-stop.ts';
import { type HeardMs, heardAgain, isLost, sessionName } from '../../delivery/live/presence.ts';
import { type SessionCommand, isOverdue } from '../../delivery/sessions/decide.ts';
import { isDue } from '../../delivery/sessions/reopen.ts';
import { type SessionId, SessionRefused, sessionKind } from '../../delivery/sessions/run.ts';
import type { SessionState } from '../../delivery/sessions/session.ts';
import type { Program } from '../program.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { Job } from './job.ts';
import type { Leadership } from './leadership.ts';

export type FindingPorts = Pick<Program, 'agencies' | 'sessionList' | 'sessions' | 'now' | 'refusedStreams'>;
export type OpenSessionPorts = FindingPorts & Pick<Program, 'live'>;

/** Sessions registered longer ago than this are not looked for any more, ms. */
const lookBackMs = 48 * 3_600_000;
const rescanEveryMs = 60_000;

export interface OpenSession {
  readonly id: SessionId;
  readonly state: SessionState;
}

/** Every session under way, read anew; one that is damaged counts as none. */
export const findOpen = (ports: FindingPorts): Promise<OpenSession[]> => find(ports, isUnderWay);

async function find(ports: FindingPorts, isWanted: (state: SessionState) => boolean): Promise<OpenSession[]> {
  const { agencies, sessionList, now } = ports;
  const since = toInstant(toEpochMs(now()) - lookBackMs);
  const open: OpenSession[] = [];
  for (const tenant of await tenants(agencies)) {
    const query = { index: 'registeredAt', equal: [], from: since, limit: 500 } as const;
    for await (const { id } of everyDocument(sessionList, tenant, query)) {
      const session = await loadUnlessDamaged(ports, { tenant, id });
      if (session !== undefined && isWanted(session.state)) open.push({ id: { tenant, id }, state: session.state });
    }
  }
  return open;
}

const isUnderWay = (state: SessionState): boolean => state.closed === undefined && state.admittedAt !== undefined;
/** Something is still to be decided about it: it is under way, or its close is held. */
const isUndecided = (state: SessionState): boolean => isUnderWay(state) || state.closed?.held !== undefined;

const loadUnlessDamaged = ({ refusedStreams, sessions }: FindingPorts, id: SessionId) =>
  refusedStreams.unlessDamaged({ ...id, kind: sessionKind }, () => sessions.load(id));

/**
 * A refusal means that somebody else was first, and a session that is damaged is refused for all; anything else is a
 * fault.
 */
export async function handleUnlessRefused(
  { refusedStreams, sessions }: Pick<FindingPorts, 'refusedStreams' | 'sessions'>,
  id: SessionId,
  command: SessionCommand,
): Promise<void> {
  try {
    await refusedStreams.unlessDamaged({ ...id, kind: sessionKind }, () => sessions.handle(id, command));
  } catch (error) {
    if (!(error instanceof SessionRefused)) throw error;
  }
}

/** The open sessions as the deciding process knows them. */
export class OpenSessions {
  private readonly open = new Map<string, OpenSession>();
  private readonly changed = new Map<string, SessionId>();
  /** When each was heard last and since when without a gap, as far as this process knows, ms. */
  private readonly heardMs = new Map<string, HeardMs>();
  private scannedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly program: OpenSessionPorts,
    private readonly leadership: Leadership,
    private readonly clock: Pick<ClockWatch, 'look'>,
  ) {
    program.live.sessions.watch((id) => {
      if (leadership.sinceMs !== undefined) this.changed.set(sessionName(id), id);
    });
  }

  /** Closes what is over and says who is lost, when this process is the one that decides. */
  async decide(): Promise<void> {
    const sinceMs = this.leadership.sinceMs;
    if (sinceMs === undefined) return;
    // First of all: whoever stood still must not close what ran out meanwhile.
    const stop = await this.clock.look();
    await this.refresh(sinceMs);
    if (stop !== undefined) await this.tellOf(stop);
    await this.listen();
    if (!isStopped(stop)) await this.closeOverdue();
    await this.loseSilent(sinceMs);
  }

  /** Every jump and its confirmation stand in every session that was under way then. */
  private async tellOf({ jumps, confirmed }: ClockStop): Promise<void> {
    const last = jumps.at(-1)?.noticedAt;
    if (last === undefined) return;
    for (const { id, state } of this.open.values()) {
      if (state.closed !== undefined) continue;
      for (const jump of jumps)
        if (isNews(state, state.clockJumpedAt, jump.noticedAt))
          await this.handle(id, { type: 'note-clock-jump', ...jump });
      if (confirmed !== undefined && isNews(state, state.clockConfirmedAt, last))
        await this.handle(id, { type: 'note-clock-confirmed', noticedAt: last, by: confirmed.by });
    }
  }

  private async refresh(sinceMs: number): Promise<void> {
    const nowMs = toEpochMs(this.program.now());
    // Whatever changed before this process began to decide is in no list of its own.
    const hasJustBegun = this.scannedMs < sinceMs;
    if (hasJustBegun || nowMs - this.scannedMs > rescanEveryMs) {
      const found = await find(this.program, isUndecided);
      this.open.clear();
      for (const session of found) {
        this.open.set(sessionName(session.id), session);
        // Whoever was under way then is expected to be heard, even if all processes that heard it are gone.
        if (hasJustBegun) this.heardMs.set(sessionName(session.id), { atMs: sinceMs, sinceMs });
      }
      this.scannedMs = nowMs;
    }
    const changed = [...this.changed.values()];
    this.changed.clear();
    for (const id of changed) {
      const session = await loadUnlessDamaged(this.program, id);
      if (session !== undefined && isUndecided(session.state))
        this.open.set(sessionName(id), { id, state: session.state });
      else this.forget(sessionName(id));
    }
  }

  private forget(name: string): void {
    this.open.delete(name);
    this.heardMs.delete(name);
  }

  private async listen(): Promise<void> {
    for (const [name, atMs] of await this.program.live.presence.lastHeard()) {
      if (this.open.has(name)) this.heardMs.set(name, heardAgain(this.heardMs.get(name), atMs));
    }
  }

  private async closeOverdue(): Promise<void> {
    const { now } = this.program;
    for (const [name, { id, state }] of this.open) {
      const known = this.heardMs.get(name);
      const heard = known === undefined ? undefined : { at: toInstant(known.atMs), since: toInstant(known.sinceMs) };
      if (state.closed !== undefined) {
        if (isDue(state, now())) await this.handle(id, { type: 'settle-close' });
      } else if (isOverdue(state, heard, now()))
        await this.handle(id, { type: 'close-overdue', ...(heard === undefined ? {} : { heard }) });
    }
  }

  private async loseSilent(sinceMs: number): Promise<void> {
    const { now } = this.program;
    for (const [name, { id, state }] of this.open) {
      const heard = this.heardMs.get(name);
      if (state.disconnectedAt !== undefined || state.closed !== undefined || heard === undefined) continue;
      if (!isLost(heard.atMs, sinceMs, toEpochMs(now())) || this.leadership.sinceMs !== sinceMs) continue;
      await this.handle(id, { type: 'lose-connection', unheardFrom: toInstant(heard.atMs) });
    }
  }

  private handle(id: SessionId, command: SessionCommand): Promise<void> {
    return handleUnlessRefused(this.program, id, command);
  }
}

/** A jump that this session has not been told of, and that happened while it was under way. */
const isNews = ({ admittedAt }: SessionState, toldAt: Instant | undefined, noticedAt: Instant): boolean =>
  admittedAt !== undefined && admittedAt <= noticedAt && (toldAt === undefined || toldAt < noticedAt);

export function sessionJobs(program: OpenSessionPorts, leadership: Leadership, clock: Pick<ClockWatch, 'look'>): Job[] {
  const open = new OpenSessions(program, leadership, clock);
  return [
    { name: 'leadership', everyMs: 1_500, run: () => leadership.keep() },
    { name: 'open-sessions', everyMs: 1_000, run: () => open.decide() },
  ];
}
