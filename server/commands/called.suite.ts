/** Commands as somebody calls them in a data folder: an empty one, or one that an earlier version wrote; for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { oldSecret, unpackLmdb } from '../../tests/fixtures/old-data.ts';
import { now, random } from '../machine.ts';
import { openStores } from '../open-stores.ts';
import { readConfiguration } from '../configuration.ts';
import { openSealed } from '../open-storage.ts';
import { upgradedStores } from '../privacy/upgrade.ts';
import { type Rooms, openRooms } from '../rooms.ts';
import { type OpenStores, openedStores } from '../stores.ts';
import { commands } from './commands.ts';

export const configuration = () => readConfiguration(process.env, process.cwd());

/** Every test has a folder of its own, which commands and `inRooms` find by the settings. */
export function useFolder(filled: (directory: string) => void | Promise<void> = () => undefined): void {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meetlat-command-'));
    vi.stubEnv('MEETLAT_DATA', directory);
    vi.stubEnv('MEETLAT_SECRET', oldSecret);
    await filled(directory);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true });
  });
}

/** As an earlier version left it. */
export const useOldFolder = (): void => {
  useFolder(unpackLmdb);
};

const quiet = { info: () => undefined, warn: () => undefined };

/** Brings the folder up to date, as the server does at its start. */
export async function upgradeFolder(): Promise<void> {
  const open = async (): Promise<OpenStores> => {
    const ports = { now, random };
    return openedStores(await openSealed(configuration(), { ...ports, upgrade: true }), configuration(), ports);
  };
  const stores = await upgradedStores(open, { dataFolder: configuration().dataFolder, now, log: quiet });
  await stores.storage.close();
}

/** The command's exit code, and what it printed. */
export async function meetlat(
  name: string,
  ...argv: readonly string[]
): Promise<{ readonly code: number | undefined; readonly lines: string }> {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    const code = await (await commands[name]?.())?.call(argv);
    return { code, lines: printed.mock.calls.flat().join('\n') };
  } finally {
    printed.mockRestore();
  }
}

export async function inRooms<T>(work: (rooms: Rooms, stores: OpenStores) => Promise<T>): Promise<T> {
  const stores = await openStores(configuration());
  try {
    return await work(await openRooms({ ...stores, now }), stores);
  } finally {
    await stores.storage.close();
  }
}
