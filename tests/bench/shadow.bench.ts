/**
 * `npm run bench -- shadow [TESTS]`: one shadow-test step, 500 items, 30 given, 40 rules: by flow and by HiGHS. Wall
 * time of one thread, ms.
 */
import highs from 'highs';
import { figure, operands } from './figure.ts';
import { createItemParameters, createRng, exp } from 'itemresponsetheory';
import {
  type Blueprint,
  createHighsSolver,
  shadowStep,
  type ShadowOptions,
  violations,
} from 'itemresponsetheory/assembly';

const size = 500;
const pool = createRng('pool');
const bank = createItemParameters(
  Array.from({ length: size }, (_, n) => ({
    model: 'logistic' as const,
    id: `i${n}`,
    slope: exp(0.25 * pool.normal()),
    difficulty: 1.3 * pool.normal(),
  })),
);
const named = (name: string, bounds: readonly (readonly [number, number])[]) =>
  bounds.map(([lower, upper], c) => ({ name: `${name} ${c}`, lower, upper }));
const blueprint: Blueprint = {
  length: 30,
  classOf: Array.from({ length: size }, (_, n) => n % 6),
  bounds: named('type', [
    [4, 7],
    [3, 6],
    [4, 7],
    [3, 6],
    [3, 6],
    [2, 5],
  ]),
  crossing: {
    classOf: Array.from({ length: size }, () => pool.integer(4)),
    bounds: named('domain', [
      [8, 10],
      [10, 12],
      [4, 8],
      [2, 6],
    ]),
  },
  enemies: Array.from({ length: 20 }, () => [pool.integer(size), pool.integer(size), pool.integer(size)]),
};
const budget: Blueprint = {
  ...blueprint,
  resources: [{ name: 'seconds', cost: Array.from({ length: size }, () => 20 + pool.integer(60)), upper: 1300 }],
};
const passages: Blueprint = {
  ...blueprint,
  sets: {
    setOf: Array.from({ length: size }, (_, n) => (n < 200 ? Math.floor(n / 5) : -1)),
    bounds: named(
      'passage',
      Array.from({ length: 40 }, () => [3, 4] as const),
    ),
    used: { lower: 2, upper: 3 },
  },
};

function measure(name: string, rules: Blueprint, tests: number, options: ShadowOptions): void {
  const times: number[] = [];
  let broken = 0;
  for (let simulee = 0; simulee < tests; simulee += 1) {
    const random = createRng('simulee').fork(simulee);
    const given: number[] = [];
    let [theta, known]: [number, readonly number[] | undefined] = [random.normal(), undefined];
    while (given.length < rules.length) {
      theta += (0.5 * random.normal()) / (1 + given.length / 5);
      const start = performance.now();
      const {
        free: [next],
        shadow,
      } = shadowStep(bank, rules, theta, given, [], { ...options, ...(known === undefined ? {} : { known }) });
      times.push(performance.now() - start);
      if (next === undefined) break;
      if (shadow.kind === 'assembled') known = shadow.items;
      given.push(next);
    }
    broken += violations(rules, given).length;
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string =>
    (times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? NaN).toFixed(2);
  figure({
    name,
    value: Number(at(0.5)),
    unit: 'ms a step',
    isBetterLow: true,
    more: `${tests} tests   95 % ${at(0.95)} ms   highest ${at(1)} ms   rules broken ${broken}`,
  });
}

const tests = Number(operands[0] ?? 100);
const solver = createHighsSolver(await highs());
measure('flow: two partitions, enemies', blueprint, tests, { maximumNodes: 300 });
measure('flow and multipliers: and a budget', budget, tests, { maximumNodes: 300 });
measure('HiGHS: two partitions, enemies', blueprint, Math.min(tests, 10), { solver });
measure('HiGHS: and passages', passages, Math.min(tests, 10), { solver });
