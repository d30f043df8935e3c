import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normalDistribution } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../../bin/meetlat.mjs');

/** Runs the command on these judgements. */
function setStandard(
  text: string,
  ...options: readonly string[]
): { readonly status: number | null; readonly stderr: string; readonly out: string } {
  const folder = mkdtempSync(join(tmpdir(), 'meetlat-standard-'));
  writeFileSync(join(folder, 'judgements.csv'), text);
  writeFileSync(
    join(folder, 'items.json'),
    JSON.stringify({
      parameters: [
        { model: 'logistic', id: 'a', slope: 1, difficulty: -1 },
        { model: 'logistic', id: 'b', slope: 1, difficulty: 0 },
        { model: 'logistic', id: 'c', slope: 1, difficulty: 1 },
      ],
    }),
  );
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      program,
      'standard-setting',
      join(folder, 'judgements.csv'),
      '--out',
      join(folder, 'out'),
      ...options.map((option) => option.replace('ITEMS', join(folder, 'items.json'))),
    ],
    { encoding: 'utf8' },
  );
  return { status, stderr, out: join(folder, 'out') };
}
const written = (out: string): { cut: number; standardError: number; judges: { judge: string; cut: number }[] } =>
  JSON.parse(readFileSync(join(out, 'standard-setting.json'), 'utf8'));

describe('meetlat standard-setting', () => {
  it('Angoff, in shares or per cent alike', () => {
    for (const scale of [1, 100]) {
      const { status, out } = setStandard(
        `judge,i1,i2,i3\nAn,${0.5 * scale},${0.7 * scale},${0.9 * scale}\nBo,${0.4 * scale},` +
          `${0.6 * scale},${0.8 * scale}\nCas,${0.6 * scale},${0.8 * scale},${1 * scale}`,
        '--method',
        'angoff',
      );
      expect(status).toBe(0);
      expect(written(out)).toMatchObject({
        cut: expect.closeTo(2.1, 9),
        standardError: expect.closeTo(0.3 / Math.sqrt(3), 9),
      });
      expect(written(out).judges[1]).toMatchObject({ judge: 'Bo', cut: expect.closeTo(1.8, 9) });
      expect(readFileSync(join(out, 'report.html'), 'utf8')).not.toMatch(/<script|src=|href=/);
    }
  });

  it('rounds: the last one counts; the change, the spread and the errors are recorded with what the file was', () => {
    const text =
      'round,judge,i1,i2,i3\n1,An,0.5,0.7,0.9\n1,Bo,0.2,0.4,0.6\n1,Cas,0.8,0.9,1\n' +
      '2,An,0.5,0.7,0.9\n2,Bo,0.4,0.6,0.8\n2,Cas,0.6,0.8,1';
    const { status, stderr, out } = setStandard(text, '--method', 'angoff', '--language', 'en');
    expect([status, stderr]).toEqual([0, '']);
    const record: {
      cut: number;
      sha256: string;
      rounds: { cut: number; spread: number; change?: { mean: number } }[];
      standardErrors: { sameJudges: number; otherJudges: number };
    } = JSON.parse(readFileSync(join(out, 'standard-setting.json'), 'utf8'));
    expect(record).toMatchObject({
      cut: expect.closeTo(2.1, 9),
      rounds: [
        { cut: expect.closeTo(2, 9) },
        { cut: expect.closeTo(2.1, 9), spread: expect.closeTo(0.3, 9), change: { mean: expect.closeTo(0.1, 9) } },
      ],
    });
    expect(record.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(record.standardErrors.otherJudges).toBeCloseTo(0.3 / Math.sqrt(3), 9);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/The rounds.*0\.300/);
    const marks = setStandard(
      'round,judge,page\n1,An,1\n1,Bo,3\n1,Cas,4\n2,An,2\n2,Bo,2\n2,Cas,3',
      '--method',
      'bookmark',
      '--parameters',
      'ITEMS',
    );
    const booked: { cut: number; chance: number; rounds: { spread: number }[] } = JSON.parse(
      readFileSync(join(marks.out, 'standard-setting.json'), 'utf8'),
    );
    // RP 0.67 unless said otherwise: ln(.67/.33) above the difficulties.
    expect(booked).toMatchObject({ chance: 0.67, cut: expect.closeTo(-0.5 + Math.log(0.67 / 0.33), 9) });
    expect(booked.rounds[1]?.spread).toBeLessThan(booked.rounds[0]?.spread ?? 0);
    expect(
      setStandard('round,judge,page\n1,An,1\n1,An,3\n2,An,2\n2,Bo,2', '--method', 'bookmark', '--parameters', 'ITEMS')
        .stderr,
    ).toMatch(/An.*once/);
  });

  it('Bookmark: between the page and the one before, at the chance asked for', () => {
    const { status, stderr, out } = setStandard(
      'judge,page\nAn,2\nBo,2\nCas,3',
      '--method',
      'bookmark',
      '--parameters',
      'ITEMS',
      '--chance',
      '0.5',
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(written(out).cut).toBeCloseTo(-0.5, 9);
  });

  it('says what the cut does to a population, a file of scores or the persons judged; measures the judges', () => {
    const judged = (n: number, j: number, by: number): number =>
      Math.min(1, Math.max(0, 0.3 + n * 0.04 + by + (((n * 7 + j * 3) % 5) - 2) * 0.03));
    const judges =
      `judge,${Array.from({ length: 12 }, (_, n) => `i${n}`).join()}\n` +
      [0.1, 0, -0.1, 0]
        .map((by, j) => `J${j},${Array.from({ length: 12 }, (_, n) => judged(n, j, by).toFixed(2)).join()}`)
        .join('\n');
    const { status, out } = setStandard(judges, '--method', 'angoff', '--population', '6,2');
    expect(status).toBe(0);
    const result: {
      cut: number;
      impact: { share: number; low: number; high: number };
      judges: { measure: { demand: number } }[];
    } = JSON.parse(readFileSync(join(out, 'standard-setting.json'), 'utf8'));
    expect(result.impact.share).toBeCloseTo(normalDistribution((6 - result.cut) / 2), 9);
    expect(result.impact.low).toBeLessThan(result.impact.high);
    expect(result.judges[0]?.measure.demand).toBeGreaterThan(result.judges[2]?.measure.demand ?? Infinity);
    const groups = setStandard(
      `score,master\n${Array.from({ length: 40 }, (_, n) => `${n},${n + (n % 3) * 3 > 22 ? 1 : 0}`).join('\n')}`,
      '--method',
      'contrasting-groups',
    );
    const own: { cut: number; impact: { share: number } } = JSON.parse(
      readFileSync(join(groups.out, 'standard-setting.json'), 'utf8'),
    );
    expect(own.impact.share).toBe((39 - Math.ceil(own.cut) + 1) / 40);
    expect(setStandard(judges, '--method', 'angoff', '--population', '6,0').status).toBe(2);
  });

  it('groups', () => {
    const { status, out } = setStandard(
      `score,master\n${Array.from({ length: 40 }, (_, n) => `${n},${n + (n % 3) * 3 > 22 ? 1 : 0}`).join('\n')}`,
      '--method',
      'contrasting-groups',
    );
    expect(status).toBe(0);
    expect(Math.abs(written(out).cut - 19.5)).toBeLessThan(2);
  });

  it.each([
    ['judge,i1,i2\nAn,1,x\nBo,1,1', ['--method', 'angoff'], /Regel 2, kolom i2: “x”/],
    ['judge,page\nAn,1', ['--method', 'bookmark'], /--parameters/],
    ['a\n1', [], /--method/],
  ])('refuses %j in one line', (text, options, message) => {
    const { status, stderr } = setStandard(text, ...options);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});
