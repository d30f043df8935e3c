import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const meetlat = (...options: readonly string[]) => spawnSync(process.execPath, [join(root, 'bin/meetlat.mjs'), ...options], { encoding: 'utf8' });

describe('meetlat facets', () => {
  it('writes measures, tables and a report without script', () => {
    const out = join(mkdtempSync(join(tmpdir(), 'meetlat-facets-')), 'report');
    const { status, stdout } = meetlat('facets', join(root, 'tests/reference/mfrm/ratings.csv'), '--out', out, '--language', 'en');
    expect(status).toBe(0);
    expect(stdout).toMatch(/converged/);
    const { elements, variance }: { elements: { facet: string; element: string; measure: number }[]; variance: number } = JSON.parse(readFileSync(join(out, 'facets.json'), 'utf8'));
    // The exact reference of this file: variance 2.024526, R02 the most severe.
    expect(variance).toBeCloseTo(2.0245, 3);
    expect(elements.filter(({ facet }) => facet === 'rater').reduce((a, b) => (b.measure > a.measure ? b : a))).toMatchObject({ element: 'R02', measure: expect.closeTo(0.74216, 3) });
    expect(readFileSync(join(out, 'elements.csv'), 'utf8').split('\r\n')[0]).toMatch(/^facet,element,measure/);
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    expect(page).toMatch(/<svg/);
    expect(page).not.toMatch(/<script|src=|href=/);
  }, 60_000);

  it.each([['person,rater,score\nP1,R1,x', /line 2, score/], ['rater,score\nR1,1', /no person column/], ['person,rater,score\nP1,A,1\nP1,A,2\nP2,B,0\nP2,B,1', /joined/]])('refuses %j in one line', (text, message) => {
    const file = join(mkdtempSync(join(tmpdir(), 'meetlat-facets-')), 'ratings.csv');
    writeFileSync(file, text);
    const { status, stderr } = meetlat('facets', file);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
