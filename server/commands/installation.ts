/** What is kept in this installation, for commands of a process of their own. */
import { existsSync } from 'node:fs';
import { openStores } from '../open-stores.ts';
import type { OpenStores } from '../stores.ts';
import { readConfiguration } from '../configuration.ts';
import { UsageError } from './usage-error.ts';

/** Opens the stores for `run` and closes them; undefined where there is no installation yet. */
export async function inInstallation<T>(run: (stores: OpenStores) => Promise<T>): Promise<T | undefined> {
  const configuration = readConfiguration(process.env, process.cwd());
  if (configuration.mongodbUri === undefined && !existsSync(configuration.dataFolder)) return undefined;
  const stores = await openStores(configuration);
  try {
    return await run(stores);
  } finally {
    await stores.storage.close();
  }
}

/** The same, where nothing can be done without an installation. Throws UsageError. */
export async function withInstallation<T>(run: (stores: OpenStores) => Promise<T>): Promise<T> {
  const done = await inInstallation(async (stores) => ({ value: await run(stores) }));
  if (done === undefined)
    throw new UsageError('usage.no-installation', { folder: readConfiguration(process.env, process.cwd()).dataFolder });
  return done.value;
}
