/**
 * `meetlat staff`: accounts made, locked and removed, and whom their owners know. A password is made here and shown
 * once; a lock, another password and a removal end what the account has open within seconds, streams included.
 */
import { agencyOf } from '../../people/agencies/agency.ts';
import { type Account, type Accounts, type Role, accounts, roles, tenantOf } from '../../people/staff/account.ts';
import { hashPassword } from '../../people/staff/passwords.ts';
import { StaffLog, type StaffActType, doneBy } from '../../people/staff/staff-log.ts';
import { encodeId } from '../../storage/document/id.ts';
import { type Stored, installationTenant } from '../../storage/port.ts';
import { type CommandKey, type CommandVoice, commandVoice } from '../../words/commands.ts';
import { reportLanguages } from '../../words/reports.ts';
import { now, random } from '../machine.ts';
import { openRooms } from '../rooms.ts';
import type { OpenStores, Stores } from '../stores.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { choice, text } from './options.ts';
import { UsageError } from './usage-error.ts';

const acts = ['add', 'roles', 'lock', 'unlock', 'password', 'remove', 'knows', 'knows-not'] as const;
type Act = (typeof acts)[number];

/** 80 bits, in groups that can be read out. */
const madePassword = (): string => (encodeId(random(16)).match(/.{4}/g) ?? []).join('-');

interface StaffValues {
  readonly name: string | undefined;
  readonly roles: string | undefined;
  readonly centre: string | undefined;
  readonly reference: string | undefined;
}

function rolesOf(given: string | undefined): readonly Role[] {
  const named = (given ?? '').split(',').map((role) => role.trim());
  const known = roles.filter((role) => named.includes(role));
  if (known.length === 0 || known.length !== named.length)
    throw new UsageError('staff.roles-needed', { roles: roles.join(', ') });
  return known;
}

async function newAccount({ agencies }: Stores, account: string, values: StaffValues, passwordHash: string) {
  const tenant = tenantOf(account);
  const agency = tenant === undefined ? undefined : await agencyOf(agencies, tenant);
  if (tenant === undefined || agency === undefined) throw new UsageError('staff.no-agency', { account });
  const centres = agency.centres.map(({ id }) => id);
  const { name, centre } = values;
  if (name === undefined || name.trim() === '') throw new UsageError('staff.no-name');
  if (centre === undefined || !centres.includes(centre))
    throw new UsageError('staff.no-centre', { centres: centres.join(', ') });
  const value: Account = {
    name: name.trim(),
    centre,
    passwordHash,
    roles: rolesOf(values.roles),
    isPasswordGiven: true,
    demonstration: false,
  };
  return { key: { tenant, id: account }, value };
}

async function known(all: Accounts, account: string): Promise<Stored<Account>> {
  const tenant = tenantOf(account);
  const stored = tenant === undefined ? undefined : await all.get({ tenant, id: account });
  if (stored === undefined) throw new UsageError('staff.unknown', { account });
  return stored;
}

/** Whoever taught a person rates nothing of theirs. Throws UsageError for a reference that nobody has. */
async function acquaint(
  stores: OpenStores,
  all: Accounts,
  act: 'knows' | 'knows-not',
  account: string,
  reference: string | undefined,
): Promise<undefined> {
  if (reference === undefined) throw new UsageError('staff.no-reference');
  const stored = await known(all, account);
  const { candidates } = await openRooms({ ...stores, now });
  const person = await candidates.byReference(stored.tenant, reference);
  if (person === undefined) throw new UsageError('staff.nobody', { reference });
  const others = (stored.value.knownPersons ?? []).filter((id) => id !== person.id);
  const knownPersons = act === 'knows' ? [...others, person.id] : others;
  await all.replace(stored, stored.revision, { ...stored.value, knownPersons });
}

/** Whoever may do something else now has to come in anew where a stream is open. */
async function changeRoles(all: Accounts, account: string, given: string | undefined): Promise<undefined> {
  const stored = await known(all, account);
  await all.replace(stored, stored.revision, { ...stored.value, roles: rolesOf(given) });
}

type Change = 'lock' | 'unlock' | 'password' | 'remove';
async function change(all: Accounts, act: Change, account: string): Promise<string | undefined> {
  const stored = await known(all, account);
  if (act === 'remove') {
    await all.remove(stored, stored.revision);
    return undefined;
  }
  const { lockedAt: _lockedAt, ...unlocked } = stored.value;
  const password = act === 'password' ? madePassword() : undefined;
  const value =
    password !== undefined
      ? { ...stored.value, passwordHash: hashPassword(password), isPasswordGiven: true as const }
      : act === 'lock'
        ? { ...unlocked, lockedAt: now() }
        : unlocked;
  await all.replace(stored, stored.revision, value);
  return password;
}

async function add(stores: Stores, all: Accounts, account: string, values: StaffValues): Promise<string> {
  const password = madePassword();
  const { key, value } = await newAccount(stores, account, values, hashPassword(password));
  if ((await all.get(key)) !== undefined) throw new UsageError('staff.there-already', { account });
  await all.insert(key, value);
  return password;
}

/** What is said of an act that was carried out. */
const done = {
  add: 'staff.added',
  roles: 'staff.roles-changed',
  lock: 'staff.locked',
  unlock: 'staff.unlocked',
  password: 'staff.new-password',
  remove: 'staff.removed',
  knows: 'staff.knows',
  'knows-not': 'staff.knows-not',
} as const satisfies Record<Act, CommandKey>;

/** As what it is recorded. */
const recorded = {
  add: 'account-added',
  roles: 'account-roles-changed',
  lock: 'account-locked',
  unlock: 'account-unlocked',
  password: 'account-password-made',
  remove: 'account-removed',
  knows: 'account-acquainted',
  'knows-not': 'account-acquainted',
} as const satisfies Record<Act, StaffActType>;

const isAct = (given: string): given is Act => acts.some((act) => act === given);

/** One line an account: what it may do, where, and whether it is locked. */
async function list(all: Accounts, say: CommandVoice): Promise<void> {
  for (let page = await all.every(); page.length > 0; page = await all.every(page.at(-1))) {
    for (const { id, value } of page) {
      const { name, roles: held, centre, lockedAt } = value;
      const line = `${id}  ${name}  ${held.join(',')}  ${centre}`;
      console.log(lockedAt === undefined ? line : `${line}  ${say('staff.is-locked', { at: lockedAt })}`);
    }
  }
}

async function run(stores: OpenStores, say: CommandVoice, values: StaffValues, [act = '', account]: readonly string[]) {
  const all = await stores.storage.collection(accounts);
  if (act === 'list') {
    await list(all, say);
    return 0;
  }
  if (!isAct(act) || account === undefined) throw new UsageError('staff.no-act', { acts: acts.join(', ') });
  const password =
    act === 'add'
      ? await add(stores, all, account, values)
      : act === 'roles'
        ? await changeRoles(all, account, values.roles)
        : act === 'knows' || act === 'knows-not'
          ? await acquaint(stores, all, act, account, values.reference)
          : await change(all, act, account);
  await new StaffLog({ journal: stores.storage.journal, now }).record(tenantOf(account) ?? installationTenant, {
    ...doneBy(recorded[act], undefined, account),
    ...(act === 'add' || act === 'roles' ? { roles: rolesOf(values.roles) } : {}),
  });
  console.log(say(done[act], { account }));
  if (password !== undefined) console.log(say('staff.password', { password }));
  return 0;
}

export const staffCommand = command({
  name: 'staff',
  calls: [
    'list',
    'add ACCOUNT --name NAME --roles ROLES --centre CENTRE',
    'roles ACCOUNT --roles ROLES',
    'lock|unlock|password|remove ACCOUNT',
    'knows|knows-not ACCOUNT --reference REFERENCE',
  ],
  says: 'staff.says',
  examples: [
    'meetlat staff add an.peeters@agii --name "An Peeters" --roles invigilator --centre gent',
    'meetlat staff lock an.peeters@agii',
    'meetlat staff password an.peeters@agii',
    'meetlat staff knows an.peeters@agii --reference KBI-2026-004711',
  ],
  options: {
    name: text('NAME', 'staff.name'),
    roles: text('ROLE,ROLE', 'staff.roles'),
    centre: text('CENTRE', 'staff.centre'),
    reference: text('REFERENCE', 'staff.reference'),
    language: choice(reportLanguages, 'option.language', 'en'),
  },
  run: ({ language, ...values }, operands) =>
    withInstallation((stores) => run(stores, commandVoice(language), values, operands)),
});
