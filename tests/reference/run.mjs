// `npm run reference [FOLDER]`: every reference number of the project's own folder, or of any folder of the same
// layout.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const [folder] = process.argv.slice(2);
const run = spawnSync(process.execPath, [join(import.meta.dirname, '../run.mjs'), 'tests/reference'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    ...(folder === undefined ? {} : { MEETLAT_REFERENCE: resolve(process.env.INIT_CWD ?? '.', folder) }),
  },
});
process.exitCode = run.status ?? 1;
