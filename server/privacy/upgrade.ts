/** At the server's start: data of before is encrypted, and what it held in clear leaves the files. */
import type { Logger } from 'pino';
import type { Instant } from '../../storage/document/instant.ts';
import { askForFreshCopy, isFreshCopyDue, makeFreshCopy } from '../../storage/lmdb/fresh-copy.ts';
import { sealLater } from '../../storage/keys/sealed-storage.ts';
import { sealedLater } from '../open-storage.ts';
import type { OpenStores } from '../stores.ts';
import { encryptOldData } from './encrypt-old-data.ts';

export interface UpgradePorts {
  readonly dataFolder: string;
  readonly now: () => Instant;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** Opens the stores, brings them up to date, and opens them once more where a fresh file took the place of the old. */
export async function upgradedStores(open: () => Promise<OpenStores>, ports: UpgradePorts): Promise<OpenStores> {
  const { dataFolder, now, log } = ports;
  const stores = await open();
  const isEmbedded = stores.storage.engine === 'lmdb';
  if (!stores.wrapping.isStorageEncrypted) {
    if (isEmbedded) await askForFreshCopy(dataFolder);
    const encrypted = await encryptOldData({ ...stores, now });
    if (encrypted !== undefined) log.info(encrypted, 'what names persons in data of before is encrypted now');
  }
  // From here on no earlier version starts on it: it would write names in clear.
  if (!stores.wrapping.isStorageClosed) await stores.wrapping.storageIsClosed();
  if (!stores.wrapping.isStorageBound) {
    const documents = await sealLater(stores.storage, stores.wrapping, sealedLater);
    if (documents > 0) log.info({ documents }, 'documents of before are sealed now');
    await stores.wrapping.storageIsBound();
  }
  if (!isEmbedded || !isFreshCopyDue(dataFolder)) return stores;
  await stores.storage.close();
  const copy = await makeFreshCopy(dataFolder);
  if (copy === 'in-use') log.warn('bytes that were erased stay in the database file until it is opened by one process');
  return open();
}
