/** What is stored, for whoever works without the server: with the secret, and nothing is changed by opening it. */
import type { Configuration } from './configuration.ts';
import { now, random } from './machine.ts';
import { type OpeningPorts, openSealed } from './open-storage.ts';
import { type OpenStores, openedStores } from './stores.ts';

/** @param refused told of documents that were changed past the program; without it the first one is thrown */
export async function openStores(configuration: Configuration, refused?: OpeningPorts['refused']): Promise<OpenStores> {
  const ports = { now, random, refused };
  return openedStores(await openSealed(configuration, ports), configuration, ports);
}
