/** Certificates that no longer count, by their id: whoever brings one does not know the agency. */
import type { Instant } from '../../storage/document/instant.ts';
import { type Collection, type CollectionDefinition, installationTenant } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';

/** superseded: a corrected result has a certificate of its own, or earns none. revoked: the result was annulled. */
export interface WithdrawnCertificate {
  readonly why: 'superseded' | 'revoked';
  readonly at: Instant;
}
export const withdrawnCertificates: CollectionDefinition<WithdrawnCertificate, never> = {
  name: 'withdrawn-certificates',
  indexes: {},
  sealed: true,
};
export type WithdrawnCertificates = Collection<WithdrawnCertificate, never>;

/** Idempotent: what was withdrawn stays so, for the first reason. */
export async function withdraw(all: WithdrawnCertificates, id: string, one: WithdrawnCertificate): Promise<void> {
  await unlessRaced(all.insert({ tenant: installationTenant, id }, one));
}

/** Why a certificate does not count any more; undefined while it does. `address` is the credential's own id. */
export async function withdrawalOf(
  all: WithdrawnCertificates,
  address: string,
): Promise<WithdrawnCertificate | undefined> {
  const id = address.slice(address.lastIndexOf('/') + 1);
  return id === '' ? undefined : (await all.get({ tenant: installationTenant, id }))?.value;
}
