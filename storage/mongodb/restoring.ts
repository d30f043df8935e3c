/** A restore fills a database document by document: until it is whole and verified, nobody else opens it. */
import type { Db } from 'mongodb';
import { StorageUnavailable } from '../port.ts';

/** A collection that is there while a restore is under way, or was interrupted. */
export const restoringName = 'restoring';

/** Throws StorageUnavailable. */
export async function refuseHalfRestored(db: Db): Promise<void> {
  if ((await db.listCollections({ name: restoringName }, { nameOnly: true }).toArray()).length > 0)
    throw new StorageUnavailable('A restore into this database was not finished: call `meetlat restore` again');
}
