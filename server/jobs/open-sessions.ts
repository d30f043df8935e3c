/**
 * Jobs on sessions that are under way: closing what is over, telling who was lost, measuring outages of the server. The
 * set of
 * open sessions is kept in memory; a rescan finds those that other processes began.
 */
import { tenants } from '../../people/agencies/agency.ts';
import { type CollectionDefinition, type Collection, DuplicateKey, RevisionConflict } from '../../storage/port.ts';
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { installation } from '../../people/agencies/agency.ts';
import { isOver } from '../../delivery/sessions/clock.ts';
import { longestSittingMs } from '../../delivery/sessions/decide.ts';
import { type SessionId, SessionRefused } from '../../delivery/sessions/run.ts';
import type { SessionState } from '../../delivery/sessions/session.ts';
import type { Program } from '../program.ts';
import type { Job } from './job.ts';

/** Sessions registered longer ago than this are not looked for any more, ms. */
const lookBackMs = 48 * 3_600_000;

export class OpenSessions {
  private readonly open = new Map<string, { readonly id: SessionId; readonly state: SessionState }>();

  constructor(private readonly program: Program) {
    program.sessions.watch((id, { session }) => this.note(id, session.state));
  }

  list(): readonly { readonly id: SessionId; readonly state: SessionState }[] {
    return [...this.open.values()];
  }

  async rescan(): Promise<void> {
    const { agencies, sittings, sessions, now } = this.program;
    const since = toInstant(toEpochMs(now()) - lookBackMs);
    for (const tenant of await tenants(agencies)) {
      let after: string | undefined;
      do {
        const page = await sittings.find(tenant, {
          index: 'registeredAt',
          equal: [],
          from: since,
          limit: 500,
          ...(after === undefined ? {} : { after }),
        });
        for (const { id } of page.documents) {
          const session = await sessions.load({ tenant, id });
          if (session !== undefined) this.note({ tenant, id }, session.state);
        }
        after = page.next;
      } while (after !== undefined);
    }
  }

  private note(id: SessionId, state: SessionState): void {
    const name = `${id.tenant}/${id.id}`;
    if (state.closed !== undefined || state.admittedAt === undefined) this.open.delete(name);
    else this.open.set(name, { id, state });
  }
}

/** A refusal means that somebody else was first; anything else is a fault. */
async function unlessRefused(run: Promise<unknown>): Promise<void> {
  try {
    await run;
  } catch (error) {
    if (!(error instanceof SessionRefused)) throw error;
  }
}

const isOverdue = (state: SessionState, now: Instant): boolean =>
  (state.step.name === 'linear' && isOver(state, now)) ||
  (state.admittedAt !== undefined && toEpochMs(now) - toEpochMs(state.admittedAt) > longestSittingMs);

export interface Liveness {
  readonly at: Instant;
}
export const livenessDefinition: CollectionDefinition<Liveness, never> = { name: 'liveness', indexes: {} };

/** Silence of all processes longer than this is an outage, ms. */
const outageFromMs = 5_000;

/** Says that a server is alive, and returns when the last one was. */
async function beat(liveness: Collection<Liveness, never>, now: Instant): Promise<Instant | undefined> {
  const key = { tenant: installation, id: 'server' };
  const last = await liveness.get(key);
  try {
    if (last === undefined) await liveness.insert(key, { at: now });
    else await liveness.replace(key, last.revision, { at: now });
  } catch (error) {
    if (!(error instanceof RevisionConflict) && !(error instanceof DuplicateKey)) throw error;
  }
  return last?.value.at;
}

/** On start: what was open then, and how long nobody was there for it. */
export async function measureOutage(
  program: Program,
  open: OpenSessions,
  liveness: Collection<Liveness, never>,
): Promise<void> {
  const now = program.now();
  const last = await beat(liveness, now);
  await open.rescan();
  for (const { id, state } of open.list()) {
    if (state.disconnectedAt === undefined) program.presence.beat(id, toEpochMs(now), false);
    if (last !== undefined && toEpochMs(now) - toEpochMs(last) > outageFromMs)
      await unlessRefused(program.sessions.handle(id, { type: 'measure-outage', from: last, to: now }));
  }
}

export function sessionJobs(program: Program, open: OpenSessions, liveness: Collection<Liveness, never>): Job[] {
  return [
    {
      name: 'liveness',
      everyMs: 2_000,
      run: async () => {
        await beat(liveness, program.now());
      },
    },
    { name: 'rescan', everyMs: 60_000, run: () => open.rescan() },
    {
      name: 'close-overdue',
      everyMs: 1_000,
      run: async () => {
        for (const { id, state } of open.list())
          if (isOverdue(state, program.now()))
            await unlessRefused(program.sessions.handle(id, { type: 'close-overdue' }));
      },
    },
    {
      name: 'presence',
      everyMs: 2_000,
      run: async () => {
        for (const id of program.presence.sweep(toEpochMs(program.now())))
          await unlessRefused(program.sessions.handle(id, { type: 'lose-connection' }));
      },
    },
  ];
}
