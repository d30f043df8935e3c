/**
 * Many forms, and the standard errors of links and of equated scores: what they say is what drawn parameters do
 * (parametric bootstrap).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFull } from '../../../../tests/figures.ts';
import { createRng, type Rng } from '../numeric/rng.ts';
import type { ItemSpec } from '../parameters/item-parameters.ts';
import { transformItem } from '../parameters/scale.ts';
import { normalGrid } from '../quadrature/grid.ts';
import { equateWithErrors } from './equate-error.ts';
import { formLinkErrors, linkForms } from './haberman.ts';
import { linkFormsRobustly } from './haberman-robust.ts';
import { linkErrors } from './link-error.ts';
import { type LinkAnchor, linkScales } from './link.ts';
import { linkGradients } from './link-gradient.ts';
import { type ItemCovariance, nudge, type CalibrationSample } from './propagate.ts';

type Logistic = Extract<ItemSpec, { readonly model: 'logistic' }>;
const random = createRng('link errors');
const pool: Logistic[] = Array.from({ length: 18 }, (_, n) => ({
  model: 'logistic',
  id: `i${n}`,
  slope: 0.8 + 0.1 * (n % 7),
  difficulty: -1.7 + 0.2 * n + 0.3 * random.normal(),
}));
const on = (items: readonly Logistic[], { a, b }: { a: number; b: number }): Logistic[] =>
  items.flatMap((item) => {
    const moved = transformItem(item, { a: 1 / a, b: -b / a });
    return moved.model === 'logistic' ? [moved] : [];
  });
const truth = [
  { a: 1, b: 0 },
  { a: 1.2, b: 0.4 },
  { a: 0.85, b: -0.5 },
];
/** Forms on scales of their own; the last items of one are the first of the next, and two are in all. */
const forms = truth.map((link, f) => on([...pool.slice(f * 4, f * 4 + 8), ...pool.slice(16)], link));
const sample: CalibrationSample = { persons: 600, mean: 0, sd: 1 };

/** Errors of a calibration of 600: an item's own, and those of the sample, shared by all. */
const ownVariance = ({ slope = 1 }: Logistic): readonly [number, number, number] => [
  0.012 * slope * slope,
  0.009,
  -0.003,
];
function covarianceOf(item: Logistic): ItemCovariance {
  const { slope = 1, difficulty: b } = item;
  const [aa, bb, ab] = ownVariance(item);
  const [m, e] = [1 / sample.persons, 1 / (2 * sample.persons)];
  return [aa + slope * slope * e, ab - slope * b * e, ab - slope * b * e, bb + m + b * b * e];
}
function drawn(form: readonly Logistic[], draws: Rng): Logistic[] {
  const [m, e] = [draws.normal() / Math.sqrt(sample.persons), draws.normal() / Math.sqrt(2 * sample.persons)];
  return form.map((item) => {
    const { slope = 1, difficulty } = item;
    const [aa, bb, ab] = ownVariance(item);
    const first = Math.sqrt(aa) * draws.normal();
    const second = (ab / aa) * first + Math.sqrt(bb - (ab * ab) / aa) * draws.normal();
    return { ...item, slope: slope * (1 + e) + first, difficulty: difficulty - m - difficulty * e + second };
  });
}
const spread = (values: readonly number[]): number => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
};
/** Within four standard errors of a standard deviation, and what a first-order method leaves. */
function near(said: number, values: readonly number[], name: string): void {
  const seen = spread(values);
  expect(Math.abs(said / seen - 1), `${name}: said ${said}, seen ${seen}`).toBeLessThan(
    4 / Math.sqrt(2 * values.length) + 0.02,
  );
}

describe('many forms', () => {
  it('any form may be the base: its links are the others seen from there', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2),
        fc.array(
          fc.record({
            a: fc.double({ min: 0.5, max: 2, noNaN: true }),
            b: fc.double({ min: -2, max: 2, noNaN: true }),
          }),
          { minLength: 3, maxLength: 3 },
        ),
        fc.integer(),
        (base, scales, seed) => {
          const draws = createRng(seed);
          const noisy = scales.map((link, f) =>
            drawn(on([...pool.slice(f * 4, f * 4 + 8), ...pool.slice(16)], link), draws),
          );
          const [first, seen] = [linkForms(noisy), linkForms(noisy, { base })];
          const { a, b } = first[base] ?? { a: NaN, b: NaN };
          seen.forEach((link, f) => {
            expect(link.a).toBeCloseTo((first[f]?.a ?? NaN) / a, 9);
            expect(link.b).toBeCloseTo(((first[f]?.b ?? NaN) - b) / a, 9);
          });
          expect(seen[base]).toEqual({ a: 1, b: expect.closeTo(0, 12) });
        },
      ),
      { numRuns: 25 },
    );
  });

  it('an item out of line in one of three forms is dropped there; one out of line in two links neither', () => {
    const [one = [], two = [], three = []] = forms.map((form) => drawn(form, createRng('steady')));
    const bad = two.map((item) =>
      item.id === 'i16'
        ? { ...item, difficulty: item.difficulty + 1 }
        : item.id === 'i7'
          ? { ...item, slope: (item.slope ?? 1) * 2.5 }
          : item,
    );
    const { dropped, links, residuals, withAll } = linkFormsRobustly([one, bad, three]);
    expect(
      dropped
        .map(({ form, id }) => `${form} ${id}`)
        .slice(0, 2)
        .sort(),
    ).toEqual(['1 i16', expect.stringMatching(/^[01] i7$/)]);
    expect(dropped.find(({ id }) => id === 'i16')).toMatchObject({ of: 'difficulty' });
    expect(residuals.filter(({ id }) => id === 'i16').map(({ isUsed }) => isUsed)).toEqual([true, false, true]);
    expect(residuals.filter(({ id }) => id === 'i7').map(({ isUsed }) => isUsed)).toEqual([false, false]);
    expect(residuals.find(({ form, id }) => form === 1 && id === 'i16')?.difficulty).toBeGreaterThan(0.8);
    expect(Math.abs((links[1]?.b ?? NaN) - 0.4)).toBeLessThan(Math.abs((withAll[1]?.b ?? NaN) - 0.4));
    const clean = linkFormsRobustly([one, two, three], { threshold: 99 });
    expect([clean.dropped, clean.links]).toEqual([[], linkForms([one, two, three])]);
    expect(() => linkForms([one, three], { base: 5 })).toThrow(/base/);
  });

  it('their errors are those that drawn parameters show', () => {
    const covariances = forms.map((form) => form.map(covarianceOf));
    const said = formLinkErrors(forms, { covariances, samples: forms.map(() => sample) });
    const seen = Array.from({ length: isFull ? 4000 : 400 }, (_, r) => {
      const draws = createRng('many forms').fork(r);
      return linkForms(forms.map((form) => drawn(form, draws)));
    });
    for (const f of [1, 2]) {
      near(
        Math.sqrt(said[2 * f * 6 + 2 * f] ?? NaN),
        seen.map((links) => links[f]?.a ?? NaN),
        `A of form ${f}`,
      );
      near(
        Math.sqrt(said[(2 * f + 1) * 6 + 2 * f + 1] ?? NaN),
        seen.map((links) => links[f]?.b ?? NaN),
        `B of form ${f}`,
      );
    }
    expect(said[0]).toBe(0);
    // As independent items they would be too small by what the samples share.
    expect(formLinkErrors(forms, { covariances })[3 * 6 + 3] ?? NaN).toBeLessThan(0.8 * (said[3 * 6 + 3] ?? NaN));
  });
});

describe('two forms', () => {
  const [from = [], to = []] = [on(pool.slice(4), { a: 1.2, b: 0.4 }), pool.slice(0, 13)];
  const anchorsOf = (one: readonly ItemSpec[], other: readonly ItemSpec[]): LinkAnchor[] =>
    one.flatMap((item) => {
      const match = other.find(({ id }) => id === item.id);
      return match === undefined ? [] : [{ from: item, to: match }];
    });
  const populations = () => [{ grid: normalGrid({ points: 31 }), weight: 1 }];
  const covariances = (items: readonly Logistic[]): ReadonlyMap<string, ItemCovariance> =>
    new Map(items.map((item) => [item.id, covarianceOf(item)]));
  const errors = { from: covariances(from), to: covariances(to), samples: { from: sample, to: sample } };

  it('the errors of a link and of both kinds of equivalents are those that drawn parameters show', () => {
    for (const method of ['mean-sigma', 'haebara'] as const) {
      const link = { method, direction: 'symmetric', grid: normalGrid({ points: 31 }) } as const;
      const said = equateWithErrors({ from, to, anchors: anchorsOf(from, to), link, populations, errors });
      const anchors = anchorsOf(from, to);
      const ofLink = linkErrors(
        anchors,
        link,
        anchors.map((anchor) => ({
          from: errors.from.get(anchor.from.id) ?? [],
          to: errors.to.get(anchor.to.id) ?? [],
        })),
        errors.samples,
      );
      const count = method === 'haebara' ? 50 : 150;
      const seen = Array.from({ length: isFull ? 10 * count : count }, (_, r) => {
        const draws = createRng('equating').fork(r);
        const [one, other] = [drawn(from, draws), drawn(to, draws)];
        return {
          link: linkScales(anchorsOf(one, other), link),
          scores: equateWithErrors({ from: one, to: other, anchors: anchorsOf(one, other), link, populations }),
        };
      });
      near(
        ofLink.a,
        seen.map((one) => one.link.a),
        `${method} A`,
      );
      near(
        ofLink.b,
        seen.map((one) => one.link.b),
        `${method} B`,
      );
      for (const score of [2, 5, 8, 11, 13]) {
        near(
          said[score]?.standardError ?? NaN,
          seen.map(({ scores }) => scores[score]?.equivalent ?? NaN),
          `${method} true score ${score}`,
        );
        near(
          said[score]?.observedError ?? NaN,
          seen.map(({ scores }) => scores[score]?.observed ?? NaN),
          `${method} observed score ${score}`,
        );
      }
      expect([said[0]?.standardError, said.at(-1)?.standardError]).toEqual([0, 0]);
    }
  }, 600_000);

  it('the link of moved anchors is the one that its derivatives foretell, in every direction of the criterion', () => {
    const draws = createRng('gradients');
    const anchors = anchorsOf(drawn(from, draws), drawn(to, draws));
    const all = { covariances: anchors.map(() => ({ from: [1, 0, 0, 1], to: [1, 0, 0, 1] })) };
    for (const method of ['haebara', 'stocking-lord'] as const)
      for (const direction of ['forward', 'backward', 'symmetric'] as const)
        for (const side of ['from', 'to'] as const)
          for (const fixedUnit of [false, true]) {
            const link = { method, direction, fixedUnit, grid: normalGrid({ points: 31 }) };
            const foretold = linkGradients(anchors, link, all, side)[2];
            [0, 1].forEach((n) => {
              const [up, down] = [1e-3, -1e-3].map((by) =>
                linkScales(
                  anchors.map((anchor, m) => (m === 2 ? { ...anchor, [side]: nudge(anchor[side], n, by) } : anchor)),
                  link,
                ),
              );
              expect(foretold?.[n]?.a).toBeCloseTo(((up?.a ?? NaN) - (down?.a ?? NaN)) / 2e-3, 4);
              expect(foretold?.[n]?.b).toBeCloseTo(((up?.b ?? NaN) - (down?.b ?? NaN)) / 2e-3, 4);
            });
          }
  }, 60_000);

  it('parameters that are given have no error, and a form equated to itself has none to make', () => {
    const none = { from: new Map<string, ItemCovariance>(), to: new Map<string, ItemCovariance>() };
    for (const { standardError, observedError, score, equivalent, observed } of equateWithErrors({
      from: to,
      to,
      anchors: anchorsOf(to, to),
      link: { method: 'stocking-lord' },
      populations,
      errors: none,
    })) {
      expect([standardError, observedError]).toEqual([0, 0]);
      expect([equivalent, observed]).toEqual([expect.closeTo(score, 6), expect.closeTo(score, 6)]);
    }
  });
});
