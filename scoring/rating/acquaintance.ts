/**
 * Whom an account may not rate: a person whom it registered, let in, watched over or helped during any test, and one
 * that the account is recorded to know from elsewhere (as a teacher). What was done is read in the streams.
 */
import { everyDocument } from '../../storage/pages.ts';
import type { Accounts } from '../../people/staff/account.ts';
import type { Registrations } from '../../delivery/registrations/run.ts';
import type { SessionList } from '../../delivery/sessions/session-list.ts';
import type { Sessions } from '../../delivery/sessions/run.ts';
import type { Performance } from './rating.ts';

/** Whether the account knows who speaks. */
export type Knows = (
  tenant: string,
  account: string,
  performance: Pick<Performance, 'person' | 'session'>,
) => Promise<boolean>;

export interface AcquaintancePorts {
  readonly accounts: Pick<Accounts, 'get'>;
  readonly registrations: Pick<Registrations, 'staffOf'>;
  readonly sessions: Pick<Sessions, 'load'>;
  readonly sessionList: SessionList;
}

export const knowsBy =
  (ports: AcquaintancePorts): Knows =>
  async (tenant, account, { person, session }) => {
    const stored = await ports.accounts.get({ tenant, id: account });
    if (stored?.value.knownPersons?.includes(person) === true) return true;
    // The session itself counts whatever the list says.
    const sessions = new Set([session]);
    const listed = { index: 'candidate', equal: [person], limit: 100 } as const;
    for await (const { id } of everyDocument(ports.sessionList, tenant, listed)) sessions.add(id);
    const tests = new Set<string>();
    for (const id of sessions) {
      const state = (await ports.sessions.load({ tenant, id }))?.state;
      if (state?.staff.includes(account) === true) return true;
      if (state !== undefined) tests.add(state.terms.test);
    }
    for (const test of tests)
      if ((await ports.registrations.staffOf(tenant, { person, test })).has(account)) return true;
    return false;
  };
