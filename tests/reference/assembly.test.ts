import { createItemParameters, itemInformation } from 'itemresponsetheory';
import highs from 'highs';
import {
  type Aim,
  assemble,
  assembleBySolver,
  type Blueprint,
  createHighsSolver,
  violations,
} from 'itemresponsetheory/assembly';
import { describe, expect, it } from 'vitest';
import { Comparison, type Disputable } from './comparison.ts';
import { fixturesOf, readReference } from './folder.ts';
import { type ReferenceItem, specOf } from './items.ts';

interface Best {
  readonly objective: number;
  /** Where it is false, ours may be better. */
  readonly provedOptimal?: boolean;
}
interface Pool extends Disputable {
  readonly items: readonly ReferenceItem[];
  readonly domain: readonly string[];
  readonly words: readonly number[];
  readonly contentBounds: Readonly<Record<string, readonly [number, number]>>;
  readonly enemies: readonly (readonly number[])[];
  readonly length: number;
  readonly maxWords: number;
  readonly maxInfoAtZero?: Best;
  readonly testDesign?: Best;
  readonly maximin?: Best & { readonly theta: readonly number[] };
  readonly minimaxTarget?: Best & { readonly theta: readonly number[]; readonly target: readonly number[] };
}

function blueprintOf(pool: Pool): Blueprint {
  const classes = Object.entries(pool.contentBounds);
  return {
    length: pool.length,
    classOf: pool.domain.map((name) => classes.findIndex(([own]) => own === name)),
    bounds: classes.map(([name, [lower, upper]]) => ({ name, lower, upper })),
    resources: [{ name: 'words', cost: pool.words, upper: pool.maxWords }],
    enemies: pool.enemies.map((set) => set.map((item) => item - 1)),
  };
}

/** Same objective within 1e-6; the items may differ where objectives tie. */
describe.each(fixturesOf('assembly'))('%s', (name) => {
  const pool = readReference<Pool>(`assembly/${name}.json`);
  const bank = createItemParameters(pool.items.map(specOf));
  const at = (theta: number): Float64Array => Float64Array.from(pool.items, (_, n) => itemInformation(bank, n, theta));
  const blueprint = blueprintOf(pool);

  it.each(
    [
      ['maxInfoAtZero', blueprint] as const,
      // The same without the enemies.
      ['testDesign', { ...blueprint, enemies: [] }] as const,
    ].filter(([key]) => pool[key] !== undefined),
  )('%s', (key, rules) => {
    const comparison = new Comparison(pool);
    const found = assemble(at(0), rules);
    expect(found).toMatchObject({ kind: 'assembled', isOptimal: true });
    if (found.kind !== 'assembled') return;
    comparison.near(`${key}.objective`, found.value, pool[key]?.objective, { within: 1e-6 });
    expect(violations(rules, found.items)).toEqual([]);
    comparison.done();
  });

  const { maximin, minimaxTarget } = pool;
  const aims: (readonly [string, Aim, Best, 1 | -1])[] = [];
  if (maximin !== undefined) aims.push(['maximin', { kind: 'maximin', values: maximin.theta.map(at) }, maximin, 1]);
  if (minimaxTarget !== undefined) {
    const { theta, target } = minimaxTarget;
    aims.push(['minimaxTarget', { kind: 'minimax', values: theta.map(at), targets: target }, minimaxTarget, -1]);
  }
  it.each(aims)(
    '%s',
    async (key, aim, best, better) => {
      const comparison = new Comparison(pool);
      const solver = createHighsSolver(await highs());
      const found = assembleBySolver(aim, blueprint, bank.size, solver, { seconds: 120 });
      expect(found.kind).toBe('assembled');
      if (found.kind !== 'assembled') return;
      const isBetter = best.provedOptimal === false && better * (found.value - best.objective) > 0;
      const wanted = isBetter ? found.value : best.objective;
      comparison.near(`${key}.objective`, found.value, wanted, { within: 1e-6 });
      expect(violations(blueprint, found.items)).toEqual([]);
      comparison.done();
    },
    200_000,
  );
});
