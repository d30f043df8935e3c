/** Conditional and marginal maximum likelihood of the Rasch family against two peers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ItemSpec } from 'itemresponsetheory';
import { calibrateConditional, type ConditionalCalibration, responseMatrix } from 'itemresponsetheory/calibration';
import { describe, expect, it } from 'vitest';
import { readReference, referenceFolder } from './items.ts';

interface Peer {
  readonly eRmCml: {
    readonly conditionalLogLik: number; readonly nParameters: number;
    readonly betaEasiness: readonly { readonly beta: number; readonly se: number }[];
    readonly personML: readonly { readonly score: number; readonly theta: number }[];
    readonly andersenLR: { readonly LR: number; readonly df: number; readonly p: number };
  };
}

function load(name: string): { readonly ids: string[]; readonly rows: number[][] } {
  const [header = '', ...lines] = readFileSync(join(referenceFolder, 'rasch', `${name}.csv`), 'utf8').trim().split(/\r?\n/);
  return { ids: header.split(','), rows: lines.map((line) => line.split(',').map(Number)) };
}

const stepsOf = (item: ItemSpec): readonly number[] => (item.model === 'logistic' ? [item.difficulty] : item.model === 'nominal' ? [] : item.steps);
const models = ['rasch', 'pcm', 'rsm'] as const;

/** Cumulative easiness by item and category on the peer's scale: steps moved by what makes its sum (rsm: of the first categories) zero. */
function easiness({ items, model }: ConditionalCalibration): { readonly values: number[]; readonly shift: number } {
  const cumulative = (by: number): number[] => items.flatMap(({ item }) => { let sum = 0; return stepsOf(item).map((step) => { sum -= step + by; return sum; }); });
  const counted = (values: number[]): number => values.reduce((sum, value, n) => sum + (model !== 'rsm' || n % 3 === 0 ? value : 0), 0);
  const shift = counted(cumulative(0)) / (counted(cumulative(0)) - counted(cumulative(1)));
  return { values: cumulative(shift), shift };
}

describe.each(models)('%s', (model) => {
  const { eRmCml: peer } = readReference<Peer>(`rasch/${model}.json`);
  const { ids, rows } = load(model);
  const fit = calibrateConditional(responseMatrix(rows), { design: 'linear', model, ids });
  it('conditional likelihood, parameters, and abilities by raw score', () => {
    expect(fit.converged).toBe(true);
    expect(fit.freeParameters).toBe(peer.nParameters);
    expect(Math.abs(fit.logLikelihood - peer.conditionalLogLik)).toBeLessThan(1e-4);
    const { values, shift } = easiness(fit);
    expect(values).toHaveLength(peer.betaEasiness.length);
    console.log(model, fit.cycles, Math.max(...values.map((v, n) => Math.abs(v - (peer.betaEasiness[n]?.beta ?? NaN)))));
    values.forEach((value, n) => { expect(Math.abs(value - (peer.betaEasiness[n]?.beta ?? NaN))).toBeLessThan(1e-4); });
    const table = new Map(fit.booklets[0]?.scores.map(({ score, theta }) => [score, theta]));
    for (const { score, theta } of peer.personML) expect(Math.abs((table.get(score) ?? NaN) + shift - theta)).toBeLessThan(1e-4);
  });
});
