/** `meetlat dif` with several groups, a small one among them, and with a model, in the program as it is built. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createItemParameters, createRng, type ItemSpec } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drawCategory } from '../../engine/itemresponsetheory/src/simulation/generate.ts';

const program = join(import.meta.dirname, '../../bin/meetlat.mjs');
const folder = mkdtempSync(join(tmpdir(), 'meetlat-dif-'));
function meetlat(...options: readonly string[]): {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...options], { encoding: 'utf8' });
  return { code: status, out: stdout, error: stderr };
}

type Logistic = Extract<ItemSpec, { readonly model: 'logistic' }>;
const items: Logistic[] = Array.from({ length: 12 }, (_, n) => ({
  model: 'logistic',
  id: `i${n}`,
  slope: 0.9 + 0.1 * (n % 5),
  difficulty: -1.1 + 0.2 * n,
}));
const harder = (which: number, by: number): Logistic[] =>
  items.map((item, n) => (n === which ? { ...item, difficulty: item.difficulty + by } : item));
/** Item 4 is harder for b, item 8 easier for the few of c. */
const groups = [
  { name: 'a', size: 700, items },
  { name: 'b', size: 700, items: harder(4, 1.1) },
  { name: 'c', size: 150, items: harder(8, -1.6) },
];
const path = join(folder, 'answers.csv');
writeFileSync(
  path,
  `person,taal,${items.map(({ id }) => id).join(',')}\n${groups
    .flatMap(({ name, size, items: own }) => {
      const [bank, random] = [createItemParameters(own), createRng(`dif ${name}`)];
      return Array.from({ length: size }, (_, person) => {
        const theta = random.normal();
        return `${name}${person},${name},${own.map((__, item) => drawCategory(bank, item, theta, random)).join(',')}`;
      });
    })
    .join('\n')}\n`,
);

const Test = z.object({ p: z.number(), pAdjusted: z.number() });
const Item = z.object({
  item: z.string(),
  light: z.string(),
  pointedAtBy: z.array(z.string()),
  wald: Test,
  sibtest: Test,
  crossingSibtest: Test,
  breslowDay: Test,
  lord: Test,
  raju: Test,
  likelihoodRatio: Test.optional(),
  isAnchor: z.boolean(),
  shrunken: z.object({ delta: z.number(), negligible: z.number(), moderate: z.number(), large: z.number() }).optional(),
  mantelHaenszel: Test.extend({ delta: z.number() }),
});
const Written = z.object({
  schema: z.literal('meetlat-dif-3'),
  comparisons: z.array(
    z.object({
      focal: z.string(),
      reference: z.array(z.string()),
      isSmall: z.boolean(),
      purification: z.object({ anchors: z.number(), isStable: z.boolean() }),
      items: z.array(Item),
    }),
  ),
});

describe('meetlat dif, every group', () => {
  it('each against the reference: every method finds its item, small groups are shrunken, the report reads', () => {
    expect(
      meetlat(
        'dif',
        path,
        '--groups',
        'taal',
        '--focal',
        'all',
        '--reference',
        'a',
        '--model',
        '2pl',
        '--out',
        join(folder, 'all'),
      ),
    ).toMatchObject({ code: 0, error: '' });
    const { comparisons } = Written.parse(JSON.parse(readFileSync(join(folder, 'all/dif.json'), 'utf8')));
    expect(comparisons.map(({ focal, reference, isSmall }) => [focal, reference, isSmall])).toEqual([
      ['b', ['a'], false],
      ['c', ['a'], true],
    ]);
    comparisons.forEach(({ items: found, isSmall, purification }, n) => {
      const bad = n === 0 ? 'i4' : 'i8';
      expect(found.filter(({ light }) => light === 'drop').map(({ item }) => item)).toEqual([bad]);
      const one = found.find(({ item }) => item === bad);
      expect(one?.pointedAtBy).toEqual(
        expect.arrayContaining(['mantel-haenszel', 'logistic', 'sibtest', 'wald', 'likelihood-ratio', 'lord', 'raju']),
      );
      expect([one?.isAnchor, (one?.mantelHaenszel.delta ?? NaN) < 0]).toEqual([false, n === 0]);
      expect(purification.anchors).toBe(found.filter(({ isAnchor }) => isAnchor).length);
      for (const { wald, shrunken, mantelHaenszel } of found) {
        expect(wald.pAdjusted).toBeGreaterThanOrEqual(wald.p);
        expect(shrunken !== undefined).toBe(isSmall);
        if (shrunken !== undefined) {
          expect(shrunken.negligible + shrunken.moderate + shrunken.large).toBeCloseTo(1, 9);
          expect(Math.abs(shrunken.delta)).toBeLessThan(Math.abs(mantelHaenszel.delta) + 0.5);
        }
      }
    });
    const page = readFileSync(join(folder, 'all/report.html'), 'utf8');
    expect(page).not.toMatch(/<script|src=|href=|NaN|undefined/);
    expect(page).toContain('Benjamini');
    expect(page.match(/<details open/g)?.length).toBeGreaterThanOrEqual(2);
    expect(readFileSync(join(folder, 'all/items.csv'), 'utf8').trim().split('\r\n')).toHaveLength(1 + 2 * items.length);
  }, 120_000);

  it('without a reference each group stands against all others; wrong names are refused', () => {
    expect(meetlat('dif', path, '--groups', 'taal', '--focal', 'all', '--language', 'en').out).toMatch(
      /a \(700\) – b, c \(850\)[^]*b \(700\) – a, c \(850\)[^]*c \(150\) – a, b \(1400\)/,
    );
    for (const wrong of [
      ['--focal', 'z'],
      ['--focal', 'all', '--reference', 'z'],
      ['--focal', 'a', '--reference', 'a'],
    ])
      expect(meetlat('dif', path, '--groups', 'taal', ...wrong).code).toBe(2);
  }, 120_000);
});
