/** A process that opens an LMDB folder and closes it again, so many times. Arguments: folder, how often. */
import { openLmdb } from '../../storage/lmdb/open.ts';

const [directory = '', count = '0'] = process.argv.slice(2);
for (let n = 0; n < Number(count); n += 1) await (await openLmdb({ directory })).close();
