// `npm run bench -- NAME [ARGUMENTS]`: speed, measured beside peers in the same run; never part of the tests.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length));
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.log(`npm run bench -- NAME, NAME one of ${names.join(', ')}`);
  process.exit(2);
}
const peers = join(import.meta.dirname, 'peers');
if (name === 'cat' && !existsSync(join(peers, 'node_modules'))) {
  console.log('installing the peer (once) …');
  spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: peers,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}
const out = join(root, 'tests/artefacts/bench');
mkdirSync(out, { recursive: true });
await build({
  entryPoints: {
    [name]: join(import.meta.dirname, `${name}.bench.ts`),
    'calibration-team-worker': join(root, 'server/jobs/calibration-team-worker.ts'),
  },
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  alias: { itemresponsetheory: join(root, 'engine/itemresponsetheory/src') },
  logLevel: 'warning',
});
process.exitCode =
  spawnSync(process.execPath, ['--enable-source-maps', join(out, `${name}.mjs`), ...rest], {
    stdio: 'inherit',
    cwd: process.env.INIT_CWD ?? root,
    env: { ...process.env, MEETLAT_TEST_ROOT: root },
  }).status ?? 1;
