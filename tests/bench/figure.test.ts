import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const bench = (...argv: readonly string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'run.mjs'), ...argv], { cwd: root, encoding: 'utf8' });

describe('npm run bench', () => {
  it('with --json prints one figure a line, whole and in numbers', () => {
    const { stdout, status } = bench('facets', '--json');
    expect(status).toBe(0);
    const figures = stdout
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    expect(figures).toHaveLength(2);
    for (const figure of figures) {
      expect(Object.keys(figure).sort()).toEqual(['bar', 'holds', 'name', 'peer', 'ratio', 'unit', 'value']);
      expect(figure).toMatchObject({ unit: 's', bar: null, holds: null, peer: { name: 'TAM' } });
      expect(figure['ratio']).toBeCloseTo(1.36 / Number(figure['value']), 6);
    }
  }, 60_000);
  it('names what there is', () => {
    expect(bench('nothing').stdout).toContain('facets');
  });
});
