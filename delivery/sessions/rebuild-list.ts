/** The list of sessions made anew from their streams: what is missing is put back, what is there stays as it is. */
import type { UnlessDamaged } from '../../storage/journal/damage.ts';
import { everyStream } from '../../storage/pages.ts';
import type { Journal } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { type SessionId, type Sessions, sessionKind } from './run.ts';
import type { SessionList } from './session-list.ts';

export interface SessionListPorts {
  readonly journal: Journal;
  readonly sessions: Pick<Sessions, 'load'>;
  readonly sessionList: SessionList;
}

/** @returns how many sessions the agency has, those that are damaged too. */
export async function rebuildSessionList(
  ports: SessionListPorts,
  tenant: string,
  unlessDamaged: UnlessDamaged,
): Promise<number> {
  let count = 0;
  for await (const session of everyStream(ports.journal, tenant, sessionKind)) {
    const id = { tenant, id: session };
    count += 1;
    await unlessDamaged({ ...id, kind: sessionKind }, () => putBack(ports, id));
  }
  return count;
}

async function putBack({ journal, sessions, sessionList }: SessionListPorts, id: SessionId): Promise<void> {
  if ((await sessionList.get(id)) !== undefined) return;
  const [loaded, [first]] = [await sessions.load(id), await journal.read({ ...id, kind: sessionKind })];
  if (loaded === undefined || first === undefined) return;
  const { centre, candidate, test } = loaded.state.terms;
  await unlessRaced(sessionList.insert(id, { centre, candidate, test, registeredAt: first.at }));
}
