/**
 * Sessions that are under way: closing what is over, saying who was lost. One process does that for all, whoever has
 * the lease; it learns of changes as they happen, and looks through all sessions from time to time.
 */
import { tenants } from '../../people/agencies/agency.ts';
import { everyDocument } from '../../storage/pages.ts';
import { toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { isLost, sessionName } from '../../delivery/live/presence.ts';
import { isOverdue } from '../../delivery/sessions/decide.ts';
import { type SessionId, SessionRefused } from '../../delivery/sessions/run.ts';
import type { SessionState } from '../../delivery/sessions/session.ts';
import type { Program } from '../program.ts';
import type { Job } from './job.ts';
import type { Leadership } from './leadership.ts';

export type OpenSessionPorts = Pick<Program, 'agencies' | 'sessionList' | 'sessions' | 'now' | 'live'>;

/** Sessions registered longer ago than this are not looked for any more, ms. */
const lookBackMs = 48 * 3_600_000;
const rescanEveryMs = 60_000;

export interface OpenSession {
  readonly id: SessionId;
  readonly state: SessionState;
}

/** Every session under way, read anew. */
export async function findOpen({ agencies, sessionList, sessions, now }: OpenSessionPorts): Promise<OpenSession[]> {
  const since = toInstant(toEpochMs(now()) - lookBackMs);
  const open: OpenSession[] = [];
  for (const tenant of await tenants(agencies)) {
    const query = { index: 'registeredAt', equal: [], from: since, limit: 500 } as const;
    for await (const { id } of everyDocument(sessionList, tenant, query)) {
      const session = await sessions.load({ tenant, id });
      if (session !== undefined && isUnderWay(session.state)) open.push({ id: { tenant, id }, state: session.state });
    }
  }
  return open;
}

const isUnderWay = (state: SessionState): boolean => state.closed === undefined && state.admittedAt !== undefined;

/** A refusal means that somebody else was first; anything else is a fault. */
export async function unlessRefused(run: Promise<unknown>): Promise<void> {
  try {
    await run;
  } catch (error) {
    if (!(error instanceof SessionRefused)) throw error;
  }
}

/** The open sessions as the deciding process knows them. */
export class OpenSessions {
  private readonly open = new Map<string, OpenSession>();
  private readonly changed = new Map<string, SessionId>();
  /** When each was heard last, as far as this process knows, ms. */
  private readonly heardMs = new Map<string, number>();
  private scannedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly program: OpenSessionPorts,
    private readonly leadership: Leadership,
  ) {
    program.live.sessions.watch((id) => {
      if (leadership.sinceMs !== undefined) this.changed.set(sessionName(id), id);
    });
  }

  /** Closes what is over and says who is lost, when this process is the one that decides. */
  async decide(): Promise<void> {
    const sinceMs = this.leadership.sinceMs;
    if (sinceMs === undefined) return;
    await this.refresh(sinceMs);
    await this.closeOverdue();
    await this.loseSilent(sinceMs);
  }

  private async refresh(sinceMs: number): Promise<void> {
    const nowMs = toEpochMs(this.program.now());
    // Whatever changed before this process began to decide is in no list of its own.
    const hasJustBegun = this.scannedMs < sinceMs;
    if (hasJustBegun || nowMs - this.scannedMs > rescanEveryMs) {
      const found = await findOpen(this.program);
      this.open.clear();
      for (const session of found) {
        this.open.set(sessionName(session.id), session);
        // Whoever was under way then is expected to be heard, even if all processes that heard it are gone.
        if (hasJustBegun) this.heardMs.set(sessionName(session.id), sinceMs);
      }
      this.scannedMs = nowMs;
    }
    const changed = [...this.changed.values()];
    this.changed.clear();
    for (const id of changed) {
      const session = await this.program.sessions.load(id);
      if (session !== undefined && isUnderWay(session.state))
        this.open.set(sessionName(id), { id, state: session.state });
      else this.forget(sessionName(id));
    }
  }

  private forget(name: string): void {
    this.open.delete(name);
    this.heardMs.delete(name);
  }

  private async closeOverdue(): Promise<void> {
    const { sessions, now } = this.program;
    for (const { id, state } of this.open.values())
      if (isOverdue(state, now())) await unlessRefused(sessions.handle(id, { type: 'close-overdue' }));
  }

  private async loseSilent(sinceMs: number): Promise<void> {
    const { live, sessions, now } = this.program;
    for (const [name, atMs] of await live.presence.lastHeard()) if (this.open.has(name)) this.heardMs.set(name, atMs);
    for (const { id, state } of this.open.values()) {
      if (state.disconnectedAt !== undefined) continue;
      if (isLost(this.heardMs.get(sessionName(id)), sinceMs, toEpochMs(now())) && this.leadership.sinceMs === sinceMs)
        await unlessRefused(sessions.handle(id, { type: 'lose-connection' }));
    }
  }
}

export function sessionJobs(program: OpenSessionPorts, leadership: Leadership): Job[] {
  const open = new OpenSessions(program, leadership);
  return [
    { name: 'leadership', everyMs: 1_500, run: () => leadership.keep() },
    { name: 'open-sessions', everyMs: 1_000, run: () => open.decide() },
  ];
}
