/**
 * Who of the staff is logged in, as documents: a token is worth as much as its session, and a session ends by logging
 * out, by a new password, by locking or removing the account, or by its age.
 */
import { sha256 } from '../../storage/document/hash.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import type { Collection, CollectionDefinition, Stored } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import type { Account, Accounts } from './account.ts';

export interface StaffSession {
  readonly account: string;
  readonly startedAt: Instant;
  readonly endedAt?: Instant;
  /** Which password opened it: a hash of the stored hash, so that another password ends it. */
  readonly password: string;
}
export const staffSessions: CollectionDefinition<StaffSession, 'account'> = {
  name: 'staff-sessions',
  indexes: { account: { fields: ['account', 'startedAt'] } },
  sealed: true,
};
export type StaffSessions = Collection<StaffSession, 'account'>;

/** A working day; ms. */
export const staffSessionLifeMs = 12 * 3_600_000;

const passwordOf = ({ passwordHash }: Account): string => sha256(passwordHash);

export interface StaffSessionPorts {
  readonly accounts: Accounts;
  readonly staffSessions: StaffSessions;
  readonly now: () => Instant;
}

/** Returns the id of the new session. */
export async function startStaffSession(
  { staffSessions: all, now }: StaffSessionPorts,
  tenant: string,
  account: Stored<Account>,
  id: string,
): Promise<void> {
  await all.insert({ tenant, id }, { account: account.id, startedAt: now(), password: passwordOf(account.value) });
}

/** The account behind a session that is good now. */
export async function openStaffSession(
  { accounts, staffSessions: all, now }: StaffSessionPorts,
  { tenant, account, session }: { readonly tenant: string; readonly account: string; readonly session: string },
): Promise<Account | undefined> {
  const [stored, known] = await Promise.all([all.get({ tenant, id: session }), accounts.get({ tenant, id: account })]);
  if (stored === undefined || known === undefined || stored.value.account !== account) return undefined;
  const { endedAt, startedAt, password } = stored.value;
  const isOld = toEpochMs(now()) - toEpochMs(startedAt) >= staffSessionLifeMs;
  if (endedAt !== undefined || isOld || known.value.lockedAt !== undefined) return undefined;
  return password === passwordOf(known.value) ? known.value : undefined;
}

/** Ended once is ended: a second end, or one at the same time, changes nothing. Returns whether this one did. */
export async function endStaffSession(
  { staffSessions: all, now }: StaffSessionPorts,
  tenant: string,
  id: string,
): Promise<boolean> {
  const stored = await all.get({ tenant, id });
  if (stored === undefined || stored.value.endedAt !== undefined) return false;
  return (await unlessRaced(all.replace(stored, stored.revision, { ...stored.value, endedAt: now() }))) !== undefined;
}
