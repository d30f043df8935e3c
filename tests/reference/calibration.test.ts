import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrate, responseMatrix } from 'itemresponsetheory/calibration';
import { describe, expect, it } from 'vitest';
import { readReference, referenceFolder } from './items.ts';

interface Peer {
  logLik: number;
  group: { variance: number; se: { variance: number | null } };
  items: { a: number; b: number; se: { a: number | null; b: number } }[];
}

function rows(name: string): (number | null)[][] {
  const lines = readFileSync(join(referenceFolder, 'calibration', `${name}.csv`), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1);
  return lines.map((line) => line.split(',').map((cell) => (cell.trim() === '' ? null : Number(cell))));
}

/** Log-likelihood 1e-3; parameters 2e-3 or 0.01 SE, whichever is larger; standard errors 1 %. */
describe.each([
  ['lsat6-rasch', 'rasch'],
  ['lsat6-2pl', '2pl'],
  ['lsat7-2pl', '2pl'],
  ['sim-2pl', '2pl'],
  ['sim-2pl-missing', '2pl'],
  ['sim-1pl', 'rasch'],
  ['sat12-2pl', '2pl'],
  ['sim-2pl-sparse', '2pl'],
  ['deayala-2pl', '2pl'],
] as const)('%s', (name, model) => {
  it("reaches the peer's likelihood and parameters", () => {
    const peer = readReference<Peer>(`calibration/${name}.json`);
    const fit = calibrate(responseMatrix(rows(name)), { model });
    expect(fit.converged).toBe(true);
    expect(Math.abs(fit.logLikelihood - peer.logLik)).toBeLessThan(name === 'sim-2pl-sparse' ? 1e-2 : 1e-3);
    const off: string[] = [];
    fit.items.forEach((item, n) => {
      const wanted = peer.items[n];
      if (wanted === undefined) return;
      if (Math.abs(item.difficulty - wanted.b) > Math.max(2e-3, 0.01 * wanted.se.b))
        off.push(`b${n}: ${item.difficulty} for ${wanted.b}`);
      if (Math.abs(item.slope - wanted.a) > Math.max(2e-3, 0.01 * (wanted.se.a ?? 0)))
        off.push(`a${n}: ${item.slope} for ${wanted.a}`);
      if (Math.abs(item.difficultyStandardError / wanted.se.b - 1) > 0.01)
        off.push(`SE b${n}: ${item.difficultyStandardError} for ${wanted.se.b}`);
    });
    fit.items.forEach(({ slopeStandardError }, n) => {
      const wanted = peer.items[n]?.se.a;
      if (
        slopeStandardError !== undefined &&
        typeof wanted === 'number' &&
        Math.abs(slopeStandardError / wanted - 1) > 0.01
      )
        off.push(`SE a${n}: ${slopeStandardError} for ${wanted}`);
    });
    expect(off).toEqual([]);
    if (model === 'rasch')
      expect([fit.variance, fit.varianceStandardError]).toEqual([
        expect.closeTo(peer.group.variance, 3),
        expect.closeTo(peer.group.se.variance ?? NaN, 3),
      ]);
  }, 120_000);
});

it('names an item that nobody got wrong', () => {
  expect(() =>
    calibrate(
      responseMatrix([
        [1, 0],
        [1, 1],
      ]),
      { model: 'rasch' },
    ),
  ).toThrow(/item 0/);
});
