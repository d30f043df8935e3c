/**
 * Synthetic agency and staff, and the demonstration put into storage. Nothing of it enters storage unless somebody
 * calls this.
 */
import { DuplicateKey } from '../storage/port.ts';
import { unlessDamaged } from '../storage/journal/damage.ts';
import { encodeId } from '../storage/document/id.ts';
import { type Agencies, type Agency, installation } from '../people/agencies/agency.ts';
import type { Accounts, Role } from '../people/staff/account.ts';
import { hashPassword } from '../people/staff/passwords.ts';
import type { ReleaseStore } from '../item-bank/releases/store.ts';
import type { Demonstration } from './bank.ts';

export const demonstrationTenant = 'demo';
export const demonstrationCentre = 'gent';

const agency: Agency = {
  name: 'Demonstratie: agentschap Voorbeeld',
  centres: [{ id: demonstrationCentre, name: 'Gent (demonstratie)' }],
  demonstration: true,
};

type DemonstrationRole = Extract<Role, 'invigilator' | 'examiner' | 'designer'>;
const names: Readonly<Record<DemonstrationRole, { readonly account: string; readonly name: string }>> = {
  invigilator: { account: `toezichter@${demonstrationTenant}`, name: 'Toos Toezichter' },
  examiner: { account: `beoordelaar@${demonstrationTenant}`, name: 'Bea Beoordelaar' },
  designer: { account: `ontwerper@${demonstrationTenant}`, name: 'Otto Ontwerper' },
};
const roles = ['invigilator', 'examiner', 'designer'] as const satisfies readonly DemonstrationRole[];

export interface Credential {
  readonly account: string;
  readonly password: string;
}
export type Credentials = Readonly<Record<DemonstrationRole, Credential>>;

/** 16 characters of 5 bits (80 bits), in groups that a person can type. */
function password(random: (bytes: number) => Uint8Array): string {
  const letters = encodeId(random(16));
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4)).join('-');
}

/**
 * New passwords. They must be kept before the accounts are made with them, so that a crash in between locks nobody out.
 */
export function makeCredentials(random: (bytes: number) => Uint8Array): Credentials {
  const credential = (role: DemonstrationRole): Credential => ({
    account: names[role].account,
    password: password(random),
  });
  return { invigilator: credential('invigilator'), examiner: credential('examiner'), designer: credential('designer') };
}

export interface DemonstrationPorts {
  readonly bank: ReleaseStore;
  readonly agencies: Agencies;
  readonly accounts: Accounts;
}

async function once(insert: Promise<unknown>): Promise<void> {
  try {
    await insert;
  } catch (error) {
    if (!(error instanceof DuplicateKey)) throw error;
  }
}

/** Idempotent: what exists is left as it is, also an account whose password was changed. */
export async function seedDemonstration(
  { bank, agencies, accounts }: DemonstrationPorts,
  { releases, specifications }: Pick<Demonstration, 'releases' | 'specifications'>,
  credentials: Credentials,
): Promise<void> {
  for (const release of releases) await bank.publishRelease(release);
  for (const specification of specifications) await bank.publishSpecification(specification);
  await once(agencies.insert({ tenant: installation, id: demonstrationTenant }, agency));
  for (const role of roles) {
    const key = { tenant: demonstrationTenant, id: credentials[role].account };
    const known = await unlessDamaged(accounts.get(key), () => undefined);
    if (known !== undefined) continue;
    const passwordHash = hashPassword(credentials[role].password);
    await once(
      accounts.insert(key, {
        name: names[role].name,
        passwordHash,
        roles: [role],
        centre: demonstrationCentre,
        demonstration: true,
      }),
    );
  }
}
