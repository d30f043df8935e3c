/** The list of sessions made anew from their streams: what is missing is put back, what is there stays as it is. */
import { everyStream } from '../../storage/pages.ts';
import type { Journal } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { type Sessions, sessionKind } from './run.ts';
import type { SessionList } from './session-list.ts';

export interface SessionListPorts {
  readonly journal: Journal;
  readonly sessions: Pick<Sessions, 'load'>;
  readonly sessionList: SessionList;
}

/** @returns how many sessions the agency has. */
export async function rebuildSessionList(
  { journal, sessions, sessionList }: SessionListPorts,
  tenant: string,
): Promise<number> {
  let count = 0;
  for await (const session of everyStream(journal, tenant, sessionKind)) {
    const id = { tenant, id: session };
    count += 1;
    if ((await sessionList.get(id)) !== undefined) continue;
    const [loaded, [first]] = [await sessions.load(id), await journal.read({ ...id, kind: sessionKind })];
    if (loaded === undefined || first === undefined) continue;
    const { centre, candidate, test } = loaded.state.terms;
    await unlessRaced(sessionList.insert(id, { centre, candidate, test, registeredAt: first.at }));
  }
  return count;
}
