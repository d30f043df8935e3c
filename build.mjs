// Builds the program into dist/: server, command and worker entries by esbuild, the interface by Vite.
// `node build.mjs --if-needed` does so only when a source is newer than the last build.
import { build } from 'esbuild';
import { readdirSync, statSync, existsSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname;
const stamp = join(root, 'dist', 'built');
const sources = [
  'engine',
  'words',
  'storage',
  'people',
  'item-bank',
  'delivery',
  'scoring',
  'server',
  'delivery-ui',
  'build.mjs',
  'vite.config.ts',
];

/** Newest modification among the sources, in ms. Tests do not count. */
function newest(path) {
  const info = statSync(path);
  if (!info.isDirectory()) return /\.(test|suite|bench)\.ts$/.test(path) ? 0 : info.mtimeMs;
  return Math.max(
    0,
    ...readdirSync(path)
      .filter((name) => name !== 'node_modules' && name !== 'dist')
      .map((name) => newest(join(path, name))),
  );
}

/**
 * Whoever asks for the build (a test runner sets NODE_ENV=test), what is shipped is never a development bundle. The
 * program goes on in this process: its environment stays.
 */
async function buildInterface() {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    const { build: buildPages } = await import('vite');
    await buildPages({ root: join(root, 'delivery-ui'), configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}

/** Server, command and worker entries. */
export async function buildProgram() {
  await build({
    entryPoints: {
      meetlat: join(root, 'server/commands/meetlat.ts'),
      'simulation-worker': join(root, 'server/commands/simulation-worker.ts'),
      'calibration-worker': join(root, 'server/jobs/calibration-worker.ts'),
      'calibration-team-worker': join(root, 'server/jobs/calibration-team-worker.ts'),
      'password-worker': join(root, 'server/password-worker.ts'),
    },
    outdir: join(root, 'dist'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    alias: { itemresponsetheory: join(root, 'engine/itemresponsetheory/src') },
    sourcemap: true,
    logLevel: 'warning',
    absWorkingDir: root,
  });
}

export async function buildAll() {
  await buildProgram();
  await buildInterface();
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, 'The time of this file is the time of the last complete build.\n');
}

export async function buildIfNeeded() {
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  if (sources.some((source) => newest(join(root, source)) > built)) await buildAll();
}

if (process.argv[1] === import.meta.filename)
  await (process.argv.includes('--if-needed') ? buildIfNeeded() : buildAll());
