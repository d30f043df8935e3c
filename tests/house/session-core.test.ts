/**
 * What a page may import of a session needs nothing of Node: it is bundled for a browser, alone, with all it imports.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const core = [
  'session',
  'facts',
  'decide',
  'decide-operation',
  'evolve',
  'operation',
  'clock',
  'given',
  'shown-names',
  'adaptive-part',
  'linear-part',
  'speaking-part',
  'verify',
].map((name) => `delivery/sessions/${name}.ts`);

describe('the core of a session', () => {
  it('is bundled for a browser: a node: import anywhere below it would fail here', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [...core, 'item-bank/items/score.ts', 'storage/document/hash.ts'],
      bundle: true,
      write: false,
      metafile: true,
      outdir: 'unwritten',
      platform: 'browser',
      conditions: ['meetlat-source'],
      format: 'esm',
      logLevel: 'silent',
    });
    const own = Object.keys(metafile.inputs).filter((file) => !file.startsWith('node_modules/'));
    expect(own.length).toBeGreaterThan(core.length);
    const platform = /\b(process|Buffer|__dirname|require|window|document|localStorage|navigator)\b\s*[.([]/;
    expect(
      own.filter((file) =>
        platform.test(readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')),
      ),
    ).toEqual([]);
  });
});
