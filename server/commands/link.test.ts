/** `meetlat link` with several forms, and with observed scores, in the program as it is built. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const program = join(import.meta.dirname, '../../bin/meetlat.mjs');
const folder = mkdtempSync(join(tmpdir(), 'meetlat-link-'));
const place = (name: string): string => join(folder, name);
function meetlat(...options: readonly string[]): {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...options], { encoding: 'utf8' });
  return { code: status, out: stdout, error: stderr };
}

const scales = [
  { a: 1.25, b: 0.5 },
  { a: 0.9, b: -0.3 },
  { a: 1, b: 0 },
];
/** Three forms of 12 items on scales of their own, each sharing six with the next; item i8 drifted in the first. */
const forms = scales.map(({ a, b }, f) => {
  const random = createRng(`link ${f}`);
  const items = Array.from({ length: 12 }, (_, n) => n + 3 * (2 - f)).map((n) => ({
    model: 'logistic',
    id: `i${n}`,
    slope: (0.8 + 0.06 * (n % 6)) * a * (1 + 0.02 * random.normal()),
    difficulty: (-1.6 + 0.2 * n - b) / a + 0.03 * random.normal() + (f === 0 && n === 8 ? 1 : 0),
    lower: 0,
    upper: 1,
  }));
  const path = place(`form-${f}.json`);
  writeFileSync(
    path,
    JSON.stringify({
      parameters: items,
      persons: 500,
      population: { mean: 0, sd: 1 },
      calibration: {
        anchors: 'none',
        covariances: items.map(({ slope }) => [0.01 * slope * slope, 0.001, 0.001, 0.01]),
      },
    }),
  );
  return path;
});
const [first = '', second = '', third = ''] = forms;
const Row = z.object({
  score: z.number(),
  equivalent: z.number(),
  observed: z.number(),
  standardError: z.number(),
  observedError: z.number(),
});

describe('meetlat link', () => {
  it('several forms at once: scales with errors, the drifted item named, the file a parameter file', () => {
    expect(meetlat('link', ...forms, '--out', place('many'))).toMatchObject({ code: 0, error: '' });
    const { forms: linked, items } = z
      .object({
        forms: z.array(
          z.object({ slope: z.number(), shift: z.number(), slopeError: z.number(), shiftError: z.number() }),
        ),
        items: z.array(
          z.object({ item: z.string(), at: z.array(z.object({ form: z.number(), isUsed: z.boolean() })) }),
        ),
      })
      .parse(JSON.parse(readFileSync(place('many/link.json'), 'utf8')));
    linked.forEach((form, f) => {
      expect(Math.abs(form.slope - (scales[f]?.a ?? NaN))).toBeLessThan(0.06);
      expect(Math.abs(form.shift - (scales[f]?.b ?? NaN))).toBeLessThan(0.08);
      if (f < 2) expect(form.shiftError).toBeGreaterThan(0.02);
    });
    expect(items.find(({ item }) => item === 'i8')?.at.find(({ form }) => form === 0)?.isUsed).toBe(false);
    expect(readdirSync(place('many')).sort()).toEqual([
      'anchors.csv',
      'items.csv',
      'link.json',
      'report.html',
      'scores.csv',
    ]);
    const page = readFileSync(place('many/report.html'), 'utf8');
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(page).not.toMatch(/<script|src=|href=|NaN|undefined/);
    const scores = readFileSync(place('many/scores.csv'), 'utf8')
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([form, score, , equivalent, observed]) => ({
        form,
        score: Number(score),
        equivalent: Number(equivalent),
        observed: Number(observed),
      }));
    expect(scores).toHaveLength(26);
    for (const { score, equivalent, observed } of scores)
      if (score > 1 && score < 11) expect(Math.abs(equivalent - observed)).toBeLessThan(0.5);
    expect(meetlat('link', ...forms, '--population', '3,0.4', '--out', place('strong'))).toMatchObject({
      code: 0,
      error: '',
    });
    expect(readFileSync(place('strong/scores.csv'), 'utf8')).not.toBe(readFileSync(place('many/scores.csv'), 'utf8'));
    // The pool holds all items of the three forms on the last one's scale: linked to it, nothing moves.
    expect(meetlat('link', place('many/link.json'), third, '--method', 'mean-mean').out).toMatch(
      /mean-mean +slope 1\.00\d\d/,
    );
    expect(meetlat('link', ...forms, '--base', second, '--language', 'en').out).toMatch(
      /form-1\.json {2}slope 1\.0000/,
    );
    expect(meetlat('link', ...forms, '--method', 'haebara')).toMatchObject({
      code: 2,
      error: expect.stringContaining('haberman'),
    });
    expect(meetlat('link', ...forms, '--base', 'none')).toMatchObject({
      code: 2,
      error: expect.stringContaining('--base'),
    });
  }, 60_000);

  it('two forms: both directions of the criterion, and equivalents by true and observed scores with errors', () => {
    expect(
      meetlat(
        'link',
        first,
        third,
        '--direction',
        'symmetric',
        '--population',
        '0.5,1',
        '--language',
        'en',
        '--out',
        place('two'),
      ),
    ).toMatchObject({ code: 0, error: '' });
    const written = z
      .object({
        direction: z.string(),
        population: z.object({ from: z.string() }),
        methods: z.array(z.object({ method: z.string(), direction: z.string().optional() })),
        scores: z.array(Row),
      })
      .parse(JSON.parse(readFileSync(place('two/link.json'), 'utf8')));
    expect([written.direction, written.population.from]).toEqual(['symmetric', 'given']);
    expect(written.methods.filter(({ method }) => method === 'haebara').map(({ direction }) => direction)).toEqual([
      'forward',
      'symmetric',
    ]);
    expect(written.scores).toHaveLength(13);
    for (const { score, equivalent, observed, standardError, observedError } of written.scores.slice(3, 10)) {
      expect(Math.abs(equivalent - observed)).toBeLessThan(0.4);
      expect(standardError).toBeGreaterThan(0.02);
      expect(Math.abs(observedError / standardError - 1)).toBeLessThan(0.5);
      // The first form has the items of the last, six places further: it is harder.
      expect(equivalent).toBeGreaterThan(score);
    }
    expect(readFileSync(place('two/report.html'), 'utf8')).not.toMatch(/<script|src=|href=|NaN|undefined/);
    expect(meetlat('link', first, third, '--population', '0')).toMatchObject({
      code: 2,
      error: expect.stringContaining('--population'),
    });
    expect(meetlat('link', first, third, '--direction', 'sideways').code).toBe(2);
  }, 60_000);
});
