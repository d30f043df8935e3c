import { isClassified, isExhausted, isLongEnough, isPrecise, sequentialRatio } from 'itemresponsetheory';
import { describe, it } from 'vitest';
import { Comparison, type Disputable } from './comparison.ts';
import { choose, estimate, type State, tableOf } from './criteria.ts';
import { readReference } from './folder.ts';

type OneOrMore<T> = T | readonly T[];
interface Run {
  readonly label: string;
  readonly bank: string;
  readonly responses: readonly number[];
  readonly start: { readonly theta: OneOrMore<number>; readonly startSelect: string };
  readonly test: { readonly method: string; readonly itemSelect: string };
  readonly stop: { readonly rule: OneOrMore<string>; readonly thr: OneOrMore<number> };
  readonly final: { readonly method: string };
  /** No rule stops the test before so many items. */
  readonly minLength?: number | null;
  readonly items: readonly number[];
  readonly thetaProv: readonly number[];
  readonly seProv: readonly number[];
  readonly stoppedBy: OneOrMore<string> | null;
  readonly thetaFinal: number;
  readonly seFinal: number;
  readonly ciFinal: readonly number[];
}
const list = <T extends string | number>(value: OneOrMore<T>): readonly T[] =>
  typeof value === 'object' ? value : [value];
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
      case 'minInfo':
        return isExhausted(table.bank, theta, (item) => !items.includes(item), limit);
      default:
        throw new Error(`no stopping rule ${rule}`);
    }
  });
}

interface Sat {
  readonly items: readonly number[];
  readonly responses: readonly number[];
  readonly thetas: readonly number[];
  readonly errors: readonly number[];
  readonly stoppedBy: readonly string[];
}

function sit(run: Run): Sat {
  const { start, test } = run;
  const table = tableOf(run.bank);
  const items: number[] = [];
  for (const theta of list(start.theta))
    items.push(choose(start.startSelect, { table, items, responses: [], method: test.method, theta }).item);
  const [thetas, errors]: [number[], number[]] = [[], []];
  for (;;) {
    const responses = items.map((item) => run.responses[item] ?? NaN);
    const { theta, standardError } = estimate(table, items, responses, test.method);
    thetas.push(theta);
    errors.push(standardError);
    const state = { table, items, responses, method: test.method, theta };
    const stoppedBy = items.length < (run.minLength ?? 0) ? [] : stops(run, state, standardError);
    if (stoppedBy.length > 0 || items.length === table.bank.size)
      return { items, thetas, errors, stoppedBy, responses };
    items.push(choose(test.itemSelect, state).item);
  }
}

/** Items identical; thetas and SEs 1e-7. */
describe('whole adaptive tests', () => {
  const fixture = readReference<Disputable & { readonly runs: readonly Run[] }>('cat/runs.json');
  it.each(fixture.runs.map((run, n) => [n, run.label, run] as const))('%i %s', (place, _, run) => {
    const comparison = new Comparison(fixture);
    const got = sit(run);
    const path = `runs[${place}]`;
    comparison.same(
      `${path}.items`,
      got.items.map((item) => item + 1),
      run.items,
    );
    comparison.all(`${path}.thetaProv`, got.thetas, run.thetaProv, { within: 1e-7 });
    comparison.all(`${path}.seProv`, got.errors, run.seProv, { within: 1e-7 });
    // The peer names one of the rules that were met.
    const theirs = run.stoppedBy === null ? [] : list(run.stoppedBy).filter((rule) => rule !== 'none');
    comparison.same(
      `${path}.stoppedBy`,
      theirs.filter((rule) => got.stoppedBy.includes(rule)),
      theirs,
    );
    const { theta, standardError } = estimate(tableOf(run.bank), got.items, got.responses, run.final.method);
    const interval = [theta - z * standardError, theta + z * standardError];
    comparison.near(`${path}.thetaFinal`, theta, run.thetaFinal, { within: 1e-6 });
    comparison.near(`${path}.seFinal`, standardError, run.seFinal, { within: 1e-6 });
    comparison.all(`${path}.ciFinal`, interval, run.ciFinal, { within: 1e-6 });
    comparison.done();
  });
});

interface Ratio {
  readonly bank: string;
  readonly administered: readonly number[];
  readonly responses: readonly number[];
  readonly cut: number;
  readonly halfWidth: number;
  readonly alpha: number;
  readonly beta: number;
  readonly upper: number;
  readonly lower: number;
  readonly logLikelihoodRatio: readonly number[];
  readonly stopAt: number | null;
  /** Not decided: null or 'none'. */
  readonly decision: string | null;
}
describe('sequential probability ratio test', () => {
  const fixture = readReference<Disputable & { readonly cases: readonly Ratio[] }>('cat/sprt.json');
  it.each(fixture.cases.map((one, n) => [n, one] as const))('case %i', (place, one) => {
    const comparison = new Comparison(fixture);
    const path = `cases[${place}]`;
    const { bank, administered, responses, cut, halfWidth, alpha, beta } = one;
    const items = administered.map((item) => item - 1);
    const steps = items.map((_, n) =>
      sequentialRatio(tableOf(bank).bank, items.slice(0, n + 1), responses.slice(0, n + 1), {
        cut,
        halfWidth,
        alpha,
        beta,
      }),
    );
    const ratios = steps.map(({ logRatio }) => logRatio);
    comparison.all(`${path}.logLikelihoodRatio`, ratios, one.logLikelihoodRatio, { within: 1e-7 });
    comparison.near(`${path}.upper`, steps[0]?.upper, one.upper, { within: 5e-9 });
    comparison.near(`${path}.lower`, steps[0]?.lower, one.lower, { within: 5e-9 });
    const decided = steps.findIndex((step) => step.decision !== undefined);
    comparison.same(`${path}.stopAt`, decided < 0 ? null : decided + 1, one.stopAt);
    comparison.same(`${path}.decision`, steps[decided]?.decision ?? 'none', one.decision ?? 'none');
    comparison.done();
  });
});
