/** The package as somebody else has it: packed, and installed from its tarball into an empty folder, offline. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const source = join(import.meta.dirname, '../../engine/itemresponsetheory');

/** npm as a person calls it, without what the npm that runs the tests hands down. */
function npm(folder: string, ...parameters: string[]): string {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  return execFileSync('npm', parameters, {
    cwd: folder,
    env,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const packed = z.array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }));
const manifest = z.object({ exports: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])) });

export interface InstalledPackage {
  readonly folder: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
  /** `itemresponsetheory/fit` → path of its file under `folder`. */
  readonly entries: ReadonlyMap<string, string>;
  remove(): void;
}

export function installPackage(): InstalledPackage {
  const folder = mkdtempSync(join(tmpdir(), 'itemresponsetheory-'));
  const output = npm(source, 'pack', '--json', '--silent', '--pack-destination', folder);
  const [tarball] = packed.parse(JSON.parse(output.slice(output.indexOf('['))));
  if (tarball === undefined) throw new Error('npm pack wrote nothing');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'somebody-else', private: true, type: 'module' }));
  npm(folder, 'install', '--offline', '--no-audit', '--no-fund', '--silent', `./${tarball.filename}`);
  const root = 'node_modules/itemresponsetheory';
  const { exports } = manifest.parse(JSON.parse(readFileSync(join(folder, root, 'package.json'), 'utf8')));
  const entries = Object.entries(exports).flatMap(([name, target]): [string, string][] =>
    typeof target === 'string' || target.default === undefined
      ? []
      : [[join('itemresponsetheory', name), join(root, target.default)]],
  );
  return {
    folder,
    files: tarball.files.map(({ path }) => path),
    entries: new Map(entries),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
