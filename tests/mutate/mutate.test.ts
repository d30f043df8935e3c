/** Rules broken on purpose: a tenth of the list, drawn by the commit, is held by its tests. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRules, shard, startsProgram, tenth } from './run.mjs';

describe('the list of rules', () => {
  it('draws another tenth at another commit, and every rule at some', () => {
    const all = readRules();
    const drawn = Array.from({ length: 100 }, (_, n) => tenth(all, `commit ${n}`));
    expect(new Set(drawn.flat().map(({ rule }) => rule)).size).toBe(all.length);
    expect(drawn[0]).toHaveLength(Math.ceil(all.length / 10));
    expect(tenth(all, 'commit 0')).toEqual(drawn[0]);
  });
  it('has every rule in one of the parts', () => {
    const all = readRules();
    const parts = [1, 2, 3, 4].map((n) => shard(all, n, 4));
    expect(parts.flat()).toHaveLength(all.length);
    expect(new Set(parts.flat())).toEqual(new Set(all));
    for (const part of parts) expect(part.length).toBeGreaterThan(0);
  });
  it('bundles the program anew for a test that starts it, itself or by what it imports', () => {
    const starts = (path: string): boolean => startsProgram(join(import.meta.dirname, '../..', path));
    expect(starts('tests/security/pause.test.ts')).toBe(true);
    expect(starts('tests/security/access-matrix.test.ts')).toBe(true);
    expect(starts('delivery/sessions/infer.test.ts')).toBe(false);
  });
  it('a tenth of the rules is held', () => {
    const { stdout, status } = spawnSync(process.execPath, [join(import.meta.dirname, 'run.mjs'), '--tenth'], {
      encoding: 'utf8',
    });
    expect(status, stdout).toBe(0);
  }, 900_000);
});
