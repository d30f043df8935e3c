import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrate, responseMatrix } from 'itemresponsetheory/calibration';
import { describe, expect, it } from 'vitest';
import { readReference } from './items.ts';

interface Peer { logLik: number; group: { variance: number }; items: { a: number; b: number; se: { a: number | null; b: number } }[] }

function rows(name: string): (number | null)[][] {
  const lines = readFileSync(join(import.meta.dirname, 'calibration', `${name}.csv`), 'utf8').trim().split(/\r?\n/).slice(1);
  return lines.map((line) => line.split(',').map((cell) => (cell.trim() === '' ? null : Number(cell))));
}

/** Log-likelihood 1e-3; parameters 2e-3 or 0.02 SE, whichever is larger. Our SEs are of another kind (cross-product, theirs Oakes): 20 %. */
describe.each([['lsat6-rasch', 'rasch'], ['lsat6-2pl', '2pl'], ['lsat7-2pl', '2pl'], ['sim-2pl', '2pl'], ['sim-2pl-missing', '2pl'], ['deayala-2pl', '2pl']] as const)('%s', (name, model) => {
  it('reaches the peer\'s likelihood and parameters', () => {
    const peer = readReference<Peer>(`calibration/${name}.json`);
    const fit = calibrate(responseMatrix(rows(name)), { model });
    expect(fit.converged).toBe(true);
    expect(fit.logLikelihood).toBeGreaterThan(peer.logLik - 1e-3);
    const off: string[] = [];
    fit.items.forEach((item, n) => {
      const wanted = peer.items[n];
      if (wanted === undefined) return;
      if (Math.abs(item.difficulty - wanted.b) > Math.max(2e-3, 0.02 * wanted.se.b)) off.push(`b${n}: ${item.difficulty} for ${wanted.b}`);
      if (Math.abs(item.slope - wanted.a) > Math.max(2e-3, 0.02 * (wanted.se.a ?? 0))) off.push(`a${n}: ${item.slope} for ${wanted.a}`);
      if (Math.abs(item.difficultyStandardError / wanted.se.b - 1) > 0.2) off.push(`SE b${n}: ${item.difficultyStandardError} for ${wanted.se.b}`);
    });
    expect(off).toEqual([]);
    if (model === 'rasch') expect(fit.variance).toBeCloseTo(peer.group.variance, 2);
  }, 120_000);
});

it('names an item that nobody got wrong', () => {
  expect(() => calibrate(responseMatrix([[1, 0], [1, 1]]), { model: 'rasch' })).toThrow(/item 0/);
});
