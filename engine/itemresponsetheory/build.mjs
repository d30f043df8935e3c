// What the package's tarball holds (`npm pack` runs this first): dist/ with an ESM file for each entry, what they share
// beside them, and the types. Inside the house nobody reads dist/: the sources are taken, by the condition
// "meetlat-source".
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const folder = import.meta.dirname;
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const sources = Object.values(manifest.exports).flatMap((entry) => entry['meetlat-source'] ?? []);

rmSync(join(folder, 'dist'), { recursive: true, force: true });
await build({
  absWorkingDir: folder,
  entryPoints: sources,
  outdir: 'dist',
  outbase: 'src',
  bundle: true,
  splitting: true,
  chunkNames: 'shared/[hash]',
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  logLevel: 'warning',
});
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(folder, 'tsconfig.build.json')], { stdio: 'inherit' });

// The compiler leaves the endings of what a declaration imports as they are in the source.
for (const name of readdirSync(join(folder, 'dist'), { recursive: true })) {
  if (!name.endsWith('.d.ts')) continue;
  const file = join(folder, 'dist', name);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/((?:from|import\() ?'\.[^']*)\.ts'/g, "$1.js'"));
}
