/** An agency is a tenant: nothing of one is ever read with the key of another. */
import type { Collection, CollectionDefinition } from '../../storage/port.ts';

export interface Agency {
  readonly name: string;
  readonly centres: readonly { readonly id: string; readonly name: string }[];
  readonly demonstration: boolean;
}

/** Documents of the installation itself (agencies, code look-up) live under this tenant. */
export const installation = 'installation';

export const agencies: CollectionDefinition<Agency, never> = { name: 'agencies', indexes: {} };
export type Agencies = Collection<Agency, never>;

export const centreName = (agency: Agency | undefined, centre: string): string => agency?.centres.find((candidate) => candidate.id === centre)?.name ?? centre;
