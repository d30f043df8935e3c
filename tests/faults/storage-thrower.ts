/** A process that ends by an error that nobody caught, while it holds the LMDB folder's gate. Argument: folder. */
import { join } from 'node:path';
import { WriteGate } from '../../storage/lmdb/write-gate.ts';

const gate = await WriteGate.of(join(process.argv[2] ?? '', 'database'));
await gate.within(() => {
  setTimeout(() => {
    throw new Error('that nobody caught');
  });
  return new Promise<never>(() => undefined);
});
