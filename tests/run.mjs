// `npm test`: every test at reduced counts. `npm run full`: the same tests at full counts, figures to docs/figures/.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfNeeded } from '../build.mjs';
import { findBrowser } from './browser.mjs';

const root = join(import.meta.dirname, '..');
const full = process.argv.includes('--full');
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

await buildIfNeeded();
const browser = findBrowser();
if (!browser)
  console.log('Skipped: browser tests, because no Chromium was found and none could be installed (set CHROMIUM_PATH).');

mkdirSync(join(root, 'tests/artefacts'), { recursive: true });
const report = join(root, 'tests/artefacts/report.json');
const run = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      MEETLAT_NO_BUILD: '1',
      ...(full ? { MEETLAT_FULL: '1' } : {}),
      ...(browser ? { CHROMIUM_PATH: browser } : { CHROMIUM_PATH: '' }),
    },
  },
);
let counts = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
try {
  counts = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  console.log('No test report was written.');
}
const failed = counts.numFailedTests + (run.status !== 0 && counts.numFailedTests === 0 ? 1 : 0);
console.log(
  `${counts.numPassedTests} passed, ${failed} failed` +
    `${counts.numPendingTests ? `, ${counts.numPendingTests} skipped` : ''}`,
);
process.exitCode = failed === 0 ? 0 : 1;
