import { isClassified, isExhausted, isLongEnough, isPrecise, sequentialRatio } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { type Bank, choose, estimate, type State, tableOf } from './criteria.ts';
import { readReference } from './items.ts';

type OneOrMore<T> = T | T[];
interface Run {
  label: string;
  bank: Bank;
  responses: number[];
  start: { theta: OneOrMore<number>; startSelect: string };
  test: { method: string; itemSelect: string };
  stop: { rule: OneOrMore<string>; thr: OneOrMore<number> };
  final: { method: string };
  items: number[];
  thetaProv: number[];
  seProv: number[];
  stoppedBy: string[];
  thetaFinal: number;
  seFinal: number;
  ciFinal: number[];
}
const list = <T>(value: OneOrMore<T>): T[] => (Array.isArray(value) ? value : [value]);
/** Φ⁻¹(0.975). */
const z = 1.959963984540054;

/** The rules that say stop; the first rule met ends the test. */
function stops({ stop }: Run, { table, items, theta }: State, standardError: number): string[] {
  const limits = list(stop.thr);
  return list(stop.rule).filter((rule, n) => {
    const limit = limits[n] ?? NaN;
    switch (rule) {
      case 'length':
        return isLongEnough(items.length, limit);
      case 'precision':
        return isPrecise(standardError, limit);
      case 'classification':
        return isClassified(theta, standardError, [limit], z);
      default:
        return isExhausted(table.bank, theta, (item) => !items.includes(item), limit);
    }
  });
}

function sit(run: Run): {
  items: number[];
  thetas: number[];
  errors: number[];
  stoppedBy: string[];
  responses: number[];
} {
  const table = tableOf(run.bank);
  const items: number[] = [];
  for (const theta of list(run.start.theta))
    items.push(choose(run.start.startSelect, { table, items, responses: [], method: run.test.method, theta }).item);
  const [thetas, errors]: [number[], number[]] = [[], []];
  for (;;) {
    const responses = items.map((item) => run.responses[item] ?? NaN);
    const { theta, standardError } = estimate(table, items, responses, run.test.method);
    thetas.push(theta);
    errors.push(standardError);
    const state = { table, items, responses, method: run.test.method, theta };
    const stoppedBy = stops(run, state, standardError);
    if (stoppedBy.length > 0) return { items, thetas, errors, stoppedBy, responses };
    items.push(choose(run.test.itemSelect, state).item);
  }
}

const furthest = (got: readonly number[], wanted: readonly number[]): number =>
  Math.max(...wanted.map((value, n) => Math.abs(value - (got[n] ?? NaN))));

/** Items identical; thetas and SEs 1e-7. */
describe('whole adaptive tests', () => {
  it.each(readReference<{ runs: Run[] }>('cat/runs.json').runs.map((run, n) => [n, run.label, run] as const))(
    '%i %s',
    (_, __, run) => {
      const got = sit(run);
      expect(got.items.map((item) => item + 1)).toEqual(run.items);
      expect(furthest(got.thetas, run.thetaProv)).toBeLessThan(1e-7);
      expect(furthest(got.errors, run.seProv)).toBeLessThan(1e-7);
      expect(got.stoppedBy).toEqual(expect.arrayContaining(run.stoppedBy));
      const final = estimate(tableOf(run.bank), got.items, got.responses, run.final.method);
      expect(
        furthest(
          [
            final.theta,
            final.standardError,
            final.theta - z * final.standardError,
            final.theta + z * final.standardError,
          ],
          [run.thetaFinal, run.seFinal, ...run.ciFinal],
        ),
      ).toBeLessThan(1e-6);
    },
  );
});

interface Ratio {
  bank: Bank;
  administered: number[];
  responses: number[];
  cut: number;
  halfWidth: number;
  alpha: number;
  beta: number;
  upper: number;
  lower: number;
  logLikelihoodRatio: number[];
  stopAt: number | null;
  decision: string | null;
}
describe('sequential probability ratio test', () => {
  it.each(readReference<{ cases: Ratio[] }>('cat/sprt.json').cases.map((one, n) => [n, one] as const))(
    'case %i',
    (_, { bank, administered, responses, stopAt, decision, logLikelihoodRatio, upper, lower, ...options }) => {
      const items = administered.map((item) => item - 1);
      const path = items.map((__, n) =>
        sequentialRatio(tableOf(bank).bank, items.slice(0, n + 1), responses.slice(0, n + 1), options),
      );
      expect(
        furthest(
          path.map(({ logRatio }) => logRatio),
          logLikelihoodRatio,
        ),
      ).toBeLessThan(1e-7);
      expect([path[0]?.upper, path[0]?.lower]).toEqual([expect.closeTo(upper, 8), expect.closeTo(lower, 8)]);
      const decided = path.findIndex((step) => step.decision !== undefined);
      expect(decided < 0 ? null : decided + 1).toBe(stopAt);
      expect(path[decided]?.decision ?? null).toBe(decision);
    },
  );
});
