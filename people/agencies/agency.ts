/** An agency is a tenant: nothing of one is ever read with the key of another. */
import { everyDocument } from '../../storage/pages.ts';
import type { Collection, CollectionDefinition } from '../../storage/port.ts';

export interface Agency {
  readonly name: string;
  readonly centres: readonly { readonly id: string; readonly name: string }[];
  readonly demonstration: boolean;
}

/** What belongs to the installation itself (the agencies, the look-up of codes) lives under this tenant. */
export const installation = 'installation';

/** Key: {tenant: installation, id: the agency's tenant name}. */
export const agencies: CollectionDefinition<Agency, 'name'> = {
  name: 'agencies',
  indexes: { name: { fields: ['name'] } },
  sealed: true,
};
export type Agencies = Collection<Agency, 'name'>;

export const agencyOf = async (all: Agencies, tenant: string): Promise<Agency | undefined> =>
  (await all.get({ tenant: installation, id: tenant }))?.value;

/** Names of all tenants; for jobs that serve every agency in turn. */
export async function tenants(all: Agencies): Promise<string[]> {
  const names: string[] = [];
  for await (const { id } of everyDocument(all, installation, { index: 'name', equal: [], limit: 1000 }))
    names.push(id);
  return names;
}

export const centreName = (agency: Agency | undefined, centre: string): string =>
  agency?.centres.find((candidate) => candidate.id === centre)?.name ?? centre;
