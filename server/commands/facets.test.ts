import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const meetlat = (...options: readonly string[]) =>
  spawnSync(process.execPath, [join(root, 'bin/meetlat.mjs'), ...options], { encoding: 'utf8' });

describe('meetlat facets', () => {
  it('writes measures, tables and a report without script', () => {
    const out = join(mkdtempSync(join(tmpdir(), 'meetlat-facets-')), 'report');
    const { status, stdout } = meetlat(
      'facets',
      join(root, 'tests/reference/mfrm/ratings.csv'),
      '--out',
      out,
      '--language',
      'en',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/converged/);
    const {
      elements,
      variance,
    }: { elements: { facet: string; element: string; measure: number }[]; variance: number } = JSON.parse(
      readFileSync(join(out, 'facets.json'), 'utf8'),
    );
    // The exact reference of this file: variance 2.024526, R02 the most severe.
    expect(variance).toBeCloseTo(2.0245, 3);
    expect(
      elements.filter(({ facet }) => facet === 'rater').reduce((a, b) => (b.measure > a.measure ? b : a)),
    ).toMatchObject({ element: 'R02', measure: expect.closeTo(0.74216, 3) });
    expect(readFileSync(join(out, 'elements.csv'), 'utf8').split('\r\n')[0]).toMatch(/^facet,element,measure/);
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    expect(page).toMatch(/<svg/);
    expect(page).not.toMatch(/<script|src=|href=/);
  }, 60_000);

  it('own thresholds, slopes, anchors, windows of time, and the joint method', () => {
    const folder = mkdtempSync(join(tmpdir(), 'meetlat-facets-'));
    const lines = readFileSync(join(root, 'tests/reference/mfrm/ratings.csv'), 'utf8').trim().split(/\r?\n/);
    // R02 turns two points more severe in the second half.
    const drifting = lines.map((line, n) => {
      if (n === 0) return `${line},week`;
      const [person = '', rater = '', ...scores] = line.split(',');
      const late = n > lines.length / 2;
      return [
        person,
        rater,
        ...scores.map((score) =>
          late && rater === 'R02' && score !== '' ? String(Math.max(0, Number(score) - 2)) : score,
        ),
        late ? 'w2' : 'w1',
      ].join(',');
    });
    const file = join(folder, 'ratings.csv');
    writeFileSync(file, drifting.join('\n'));
    writeFileSync(join(folder, 'anchors.csv'), 'facet,element,measure\nrater,R01|R03,0.5\ncriterion,task,-0.8\n');
    const out = join(folder, 'report');
    const { status, stderr } = meetlat(
      'facets',
      file,
      '--window',
      'week',
      '--thresholds',
      'criterion',
      '--slopes',
      'rater',
      '--anchors',
      join(folder, 'anchors.csv'),
      '--out',
      out,
    );
    expect([status, stderr]).toEqual([0, '']);
    interface Elements {
      readonly elements: {
        readonly element: string;
        readonly measure: number;
        readonly light: string;
        readonly reasons: string;
        readonly windows?: { readonly bias: number }[];
      }[];
      readonly scales: { readonly element: string }[];
      readonly slopes: { readonly slope: number[] }[];
      readonly mean: number;
    }
    const { elements, scales, slopes, mean }: Elements = JSON.parse(readFileSync(join(out, 'facets.json'), 'utf8'));
    const of = (name: string) => elements.find(({ element }) => element === name);
    expect(((of('R01')?.measure ?? NaN) + (of('R03')?.measure ?? NaN)) / 2).toBeCloseTo(0.5, 10);
    expect(of('task')?.measure).toBe(-0.8);
    expect(mean).not.toBe(0);
    expect(scales.map(({ element }) => element)).toEqual(['task', 'coherence', 'lexis', 'grammar']);
    expect(slopes[0]?.slope).toHaveLength(12);
    expect(of('R02')).toMatchObject({ light: 'look', reasons: expect.stringContaining('drifts') });
    expect(elements.filter(({ reasons }) => reasons.includes('drifts'))).toHaveLength(1);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/verandert in de tijd/);
    const joint = meetlat(
      'facets',
      join(root, 'tests/reference/mfrm/ratings.csv'),
      '--method',
      'jmle',
      '--out',
      join(folder, 'joint'),
    );
    expect(joint.status).toBe(0);
    expect(readFileSync(join(folder, 'joint/report.html'), 'utf8')).toMatch(/gezamenlijke/);
    expect(meetlat('facets', file, '--method', 'jmle', '--slopes', 'rater').stderr).toMatch(/take mml/);
  }, 120_000);

  it('weights, anchored steps, unused scores, a rater of one score only: done by a stated rule, and said', () => {
    const folder = mkdtempSync(join(tmpdir(), 'meetlat-facets-'));
    // 40 candidates, two of three raters each, scores 1, 2, 4; R3 always gives 4.
    const lines = Array.from({ length: 40 }, (_, n) =>
      [n % 3, (n + 1) % 3].flatMap((r) =>
        ['a', 'b'].map(
          (criterion, c) =>
            `P${n},${criterion},R${r + 1},` +
            `${r === 2 ? 4 : ([1, 2, 4][(n * 7 + r * 3 + c + (n >> 2)) % 3] ?? 1)},` +
            `${criterion === 'b' ? 2 : 1}`,
        ),
      ),
    ).flat();
    const [file, doubled] = [join(folder, 'weighted.csv'), join(folder, 'doubled.csv')];
    writeFileSync(file, ['person,criterion,rater,score,weight', ...lines].join('\n'));
    writeFileSync(
      doubled,
      [
        'person,criterion,rater,score',
        ...lines.flatMap((line) => Array.from({ length: line.endsWith(',2') ? 2 : 1 }, () => line.slice(0, -2))),
      ].join('\n'),
    );
    expect(meetlat('facets', file).stderr).toMatch(/3.*never given.*close/);
    interface Out {
      readonly elements: { readonly element: string; readonly measure: number }[];
      readonly leaning: object[];
      readonly categories: number[];
      readonly weighted: boolean;
      readonly scales: { readonly steps: number[] }[];
      readonly facets: { readonly facet: string; readonly chiSquare: number }[];
      readonly agreement: { readonly pairs: number };
    }
    const run = (...options: readonly string[]): { out: Out; page: string; stdout: string } => {
      const out = join(mkdtempSync(join(tmpdir(), 'meetlat-facets-')), 'out');
      const { status, stderr, stdout } = meetlat('facets', ...options, '--unused', 'close', '--out', out);
      expect([status, stderr]).toEqual([0, '']);
      return {
        out: JSON.parse(readFileSync(join(out, 'facets.json'), 'utf8')),
        page: readFileSync(join(out, 'report.html'), 'utf8'),
        stdout,
      };
    };
    const [weighted, twice] = [run(file), run(doubled)];
    expect(weighted.out).toMatchObject({
      categories: [1, 2, 4],
      weighted: true,
      leaning: [{ facet: 'rater', element: 'R3', what: 'measure', scores: [4] }],
    });
    expect(weighted.out.facets.map(({ facet }) => facet)).toEqual(['criterion', 'rater']);
    weighted.out.elements.forEach(({ measure }, n) => {
      expect(measure).toBeCloseTo(twice.out.elements[n]?.measure ?? NaN, 4);
    });
    expect(weighted.stdout).toMatch(/R3 gave 4 only/);
    expect(weighted.page).toMatch(/Niemand kreeg 3\..*gewicht/);
    expect(twice.page).not.toMatch(/gewicht/);
    expect(run(doubled, '--ignore', 'weight', '--weights', 'b=0.5').out.elements[0]?.measure).not.toBe(
      twice.out.elements[0]?.measure,
    );
    writeFileSync(join(folder, 'anchors.csv'), 'facet,element,measure\nthreshold,1,-0.5\nthreshold,2,0.9\n');
    expect(run(file, '--anchors', join(folder, 'anchors.csv')).out.scales[0]?.steps).toEqual([-0.5, 0.9]);
    expect(run(file, '--correct-bias').page).toMatch(/bootstrap/);
    writeFileSync(join(folder, 'bad.csv'), 'facet,element,measure\nthreshold,one,0\n');
    expect(meetlat('facets', file, '--anchors', join(folder, 'bad.csv')).stderr).toMatch(/line 2, element.*no step/);
    expect(meetlat('facets', file, '--weights', 'z=2').stderr).toMatch(/z: nobody/);
    expect(meetlat('facets', file, '--weight', 'weights').stderr).toMatch(/header has/);
  }, 120_000);

  it.each([
    ['person,rater,score\nP1,R1,x', /line 2, score/],
    ['person,rater,score,weight\nP1,R1,1,-2', /line 2, weight.*no weight/],
    ['person,rater,score\nP1,R1', /line 2: no CSV/],
    ['person,rater,score\nP1,"R1"x,1', /line 2: no CSV/],
    ['rater,score\nR1,1', /no person column/],
    ['person,rater,score\nP1,A,1\nP1,A,2\nP2,B,0\nP2,B,1', /joined/],
  ])('refuses %j in one line', (text, message) => {
    const file = join(mkdtempSync(join(tmpdir(), 'meetlat-facets-')), 'ratings.csv');
    writeFileSync(file, text);
    const { status, stderr } = meetlat('facets', file);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
