/** `meetlat drift` both ways, in the program as it is built. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createItemParameters, createRng, type ItemSpec } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drawCategory } from '../../engine/itemresponsetheory/src/simulation/generate.ts';

const program = join(import.meta.dirname, '../../bin/meetlat.mjs');
const folder = mkdtempSync(join(tmpdir(), 'meetlat-drift-'));
const place = (name: string): string => join(folder, name);
function meetlat(...options: readonly string[]): {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...options], { encoding: 'utf8' });
  return { code: status, out: stdout, error: stderr };
}

type Logistic = Extract<ItemSpec, { readonly model: 'logistic' }>;
const items: Logistic[] = Array.from({ length: 14 }, (_, n) => ({
  model: 'logistic',
  id: `i${n}`,
  slope: 0.9 + 0.1 * (n % 5),
  difficulty: -1.3 + 0.2 * n,
}));
const easier = items.map((item, n) => (n === 6 ? { ...item, difficulty: item.difficulty - 1 } : item));
function rows(from: readonly Logistic[], size: number, mean: number, name: string): string[] {
  const [bank, random] = [createItemParameters(from), createRng(name)];
  return Array.from({ length: size }, (_, person) => {
    const theta = mean + random.normal();
    return `${name}-${person},${from.map((__, item) => drawCategory(bank, item, theta, random)).join(',')}`;
  });
}
const header = `person,${items.map(({ id }) => id).join(',')}`;
function file(name: string, lines: readonly string[]): string {
  writeFileSync(place(name), `${[header, ...lines].join('\n')}\n`);
  return place(name);
}
const Written = z.object({
  kind: z.string(),
  items: z.array(
    z.object({
      item: z.string(),
      light: z.string(),
      reasons: z.array(z.string()),
      difference: z.number().optional(),
      test: z.object({ p: z.number(), pAdjusted: z.number() }).optional(),
      alarm: z
        .object({ direction: z.string(), number: z.number(), sinceNumber: z.number(), person: z.string() })
        .optional(),
    }),
  ),
});
const written = (name: string) => Written.parse(JSON.parse(readFileSync(join(place(name), 'drift.json'), 'utf8')));

describe('meetlat drift', () => {
  it('calibrations against one another: an item that became easier is dropped, the untestable says so', () => {
    const calibrations = [rows(easier, 900, 0.4, 'new'), rows(items, 900, 0.2, 'mid'), rows(items, 900, 0, 'old')].map(
      (lines, n) => {
        expect(meetlat('calibrate', file(`${n}.csv`, lines), '--out', place(`c${n}`)).code).toBe(0);
        return join(place(`c${n}`), 'calibration.json');
      },
    );
    expect(meetlat('drift', ...calibrations, '--out', place('parameters'))).toMatchObject({ code: 0, error: '' });
    const outcome = written('parameters');
    expect(outcome.kind).toBe('parameters');
    expect(outcome.items.filter(({ light }) => light === 'drop').map(({ item }) => item)).toEqual(['i6']);
    expect(outcome.items.find(({ item }) => item === 'i6')?.difference).toBeLessThan(-0.6);
    for (const { test } of outcome.items) expect(test?.pAdjusted).toBeGreaterThanOrEqual(test?.p ?? NaN);
    expect(readdirSync(place('parameters')).sort()).toEqual(['drift.json', 'items.csv', 'report.html']);
    const page = readFileSync(join(place('parameters'), 'report.html'), 'utf8');
    expect(page).toContain('verschoof aantoonbaar');
    expect(page).not.toMatch(/<script|src=|href=|NaN|undefined/);
    const bare = place('bare.csv');
    writeFileSync(
      bare,
      `item,slope,difficulty\n${items.map(({ id, slope, difficulty }) => `${id},${slope},${difficulty}`).join('\n')}\n`,
    );
    expect(meetlat('drift', bare, bare, '--language', 'en', '--out', place('bare')).out).toContain('cannot be tested');
    expect(written('bare').items.every(({ test }) => test === undefined)).toBe(true);
    expect(readFileSync(join(place('bare'), 'report.html'), 'utf8')).not.toMatch(/NaN|undefined/);
  }, 60_000);

  it('answers in the order of time: an alarm after the change, none for the others', () => {
    const parameters = place('known.csv');
    writeFileSync(
      parameters,
      `item,slope,difficulty\n${items.map(({ id, slope, difficulty }) => `${id},${slope},${difficulty}`).join('\n')}\n`,
    );
    const path = file('live.csv', [...rows(items, 800, 0.6, 'before'), ...rows(easier, 800, 0.6, 'after')]);
    expect(
      meetlat('drift', path, '--parameters', parameters, '--language', 'en', '--out', place('responses')),
    ).toMatchObject({ code: 0, error: '' });
    const outcome = written('responses');
    expect(outcome.items.filter(({ alarm }) => alarm !== undefined).map(({ item }) => item)).toEqual(['i6']);
    const { alarm } = outcome.items[6] ?? {};
    expect(alarm).toMatchObject({ direction: 'easier', person: expect.stringMatching(/^after-/) });
    expect(alarm?.number).toBeGreaterThan(800);
    expect(Math.abs((alarm?.sinceNumber ?? NaN) - 800)).toBeLessThan(100);
    expect(readFileSync(join(place('responses'), 'report.html'), 'utf8')).not.toMatch(
      /<script|src=|href=|NaN|undefined/,
    );
    for (const wrong of [
      [path],
      [path, '--parameters', parameters, '--alpha', '2'],
      [path, path, '--parameters', parameters],
      [path, '--parameters', place('none.csv')],
    ])
      expect(meetlat('drift', ...wrong).code).toBe(2);
  }, 60_000);
});
