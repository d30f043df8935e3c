/** What is stored, for whoever works without the server: with the secret, and nothing is changed by opening it. */
import type { Configuration } from './configuration.ts';
import { now, random } from './machine.ts';
import { openSealed } from './open-storage.ts';
import { type OpenStores, openedStores } from './stores.ts';

export async function openStores(configuration: Configuration): Promise<OpenStores> {
  const ports = { now, random };
  return openedStores(await openSealed(configuration, ports), configuration, ports);
}
