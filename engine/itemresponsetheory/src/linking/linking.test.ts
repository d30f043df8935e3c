import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrateItems } from '../calibration/calibrate-items.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { transformItem } from '../parameters/scale.ts';
import { responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { equateObservedScores, equateTrueScores } from './equate.ts';
import { linkForms } from './haberman.ts';
import { linkErrors, linkRobustly } from './link-error.ts';
import { type LinkAnchor, type LinkDirection, type LinkMethod, linkScales } from './link.ts';
import { normalGrid } from '../quadrature/grid.ts';

const random = createRng('linking');
const items: ItemSpec[] = Array.from({ length: 15 }, (_, n) =>
  n % 3 === 2
    ? {
        model: 'graded-response',
        id: `i${n}`,
        slope: 0.8 + random.uniform(),
        steps: [random.normal() - 1, 0.5 + random.uniform()],
      }
    : { model: 'logistic', id: `i${n}`, slope: 0.8 + random.uniform(), difficulty: random.normal() },
);
const methods: LinkMethod[] = ['mean-mean', 'mean-gmean', 'mean-sigma', 'haebara', 'stocking-lord'];

describe('linking', () => {
  it('finds the transformation that was made, by every method, there and back', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.constantFrom(...methods),
        fc.constantFrom<LinkDirection>('forward', 'backward', 'symmetric'),
        (a, b, method, direction) => {
          const anchors: LinkAnchor[] = items.map((from) => ({ from, to: transformItem(from, { a, b }) }));
          const link = linkScales(anchors, { method, direction });
          expect([link.a, link.b]).toEqual([expect.closeTo(a, 6), expect.closeTo(b, 6)]);
          const back = linkScales(
            anchors.map(({ from, to }) => ({ from: to, to: from })),
            { method, direction },
          );
          expect([back.a, back.b]).toEqual([expect.closeTo(1 / a, 6), expect.closeTo(-b / a, 6)]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('nominal items link by their curves, and say so when they are asked for difficulties', () => {
    const nominal: ItemSpec[] = Array.from({ length: 6 }, (_, n) => ({
      model: 'nominal',
      id: `n${n}`,
      slopes: [0.5 + n / 10, 1],
      intercepts: [0.2, -0.3 + n / 10],
    }));
    const anchors = nominal.map((from) => ({ from, to: transformItem(from, { a: 1.3, b: -0.4 }) }));
    expect(linkScales(anchors, { method: 'haebara' })).toEqual({
      a: expect.closeTo(1.3, 6),
      b: expect.closeTo(-0.4, 6),
    });
    expect(() => linkScales(anchors, { method: 'mean-sigma' })).toThrow(/nominal/);
  });

  it('drops an anchor that drifted, and says which', () => {
    const anchors: LinkAnchor[] = items.map((from, n) => {
      const to = transformItem(from, { a: 1.1, b: 0.3 });
      return n === 4 && to.model === 'logistic' ? { from, to: { ...to, difficulty: to.difficulty + 1 } } : { from, to };
    });
    const { link, dropped, withAll } = linkRobustly(anchors, { method: 'stocking-lord' });
    expect(dropped.map(({ anchor }) => anchor)).toEqual([4]);
    expect([link.a, link.b]).toEqual([expect.closeTo(1.1, 5), expect.closeTo(0.3, 5)]);
    expect(Math.abs(withAll.b - 0.3)).toBeGreaterThan(0.005);
  });

  it('many forms in a chain come to the scale of the first; forms without a chain are named', () => {
    const truth = [
      { a: 1, b: 0 },
      { a: 1.2, b: 0.5 },
      { a: 0.8, b: -0.7 },
    ];
    const forms = truth.map(({ a, b }, f) =>
      items.slice(f * 4, f * 4 + 7).map((item) => transformItem(item, { a: 1 / a, b: -b / a })),
    );
    linkForms(forms).forEach((link, f) => {
      expect(link.a).toBeCloseTo(truth[f]?.a ?? NaN, 8);
      expect(link.b).toBeCloseTo(truth[f]?.b ?? NaN, 8);
    });
    expect(() => linkForms([items.slice(0, 3), items.slice(5, 8)])).toThrow(/1/);
  });

  it('a form equates to itself as the identity, and never falls', () => {
    const bank = createItemParameters(items);
    equateTrueScores(bank, bank).forEach(({ score, equivalent }) => {
      expect(equivalent).toBeCloseTo(score, 8);
    });
    equateObservedScores(bank, bank, [{ grid: normalGrid(), weight: 1 }]).forEach((equivalent, score) => {
      expect(equivalent).toBeCloseTo(score, 6);
    });
    const harder = createItemParameters(items.map((item) => transformItem(item, { a: 1, b: 0.7 })));
    for (const kind of ['uniform', 'gaussian'] as const) {
      const scores = equateObservedScores(harder, bank, [{ grid: normalGrid(), weight: 1 }], { kind });
      scores.forEach((equivalent, score) => {
        if (score > 0) expect(equivalent).toBeGreaterThan(scores[score - 1] ?? Infinity);
      });
    }
  });

  it('standard errors of A and B: the link lies as far off as they say', () => {
    const replications = process.env.MEETLAT_FULL === '1' ? 200 : 12;
    const pool: ItemSpec[] = items.flatMap((item) => (item.model === 'logistic' ? [item] : []));
    const bank = createItemParameters(pool);
    const [a, b] = [1.25, 0.5];
    const z: number[] = [];
    for (let r = 0; r < replications; r += 1) {
      // Two groups answer the same items; each is calibrated as N(0, 1): θ of the second, N(0.5, 1.25²) on the first's
      // scale, becomes its own.
      const fits = [
        { mean: 0, sd: 1 },
        { mean: b, sd: a },
      ].map(({ mean, sd }, g) =>
        calibrateItems(
          responseMatrix(
            Array.from({ length: 1000 }, (_, person) => {
              const draws = createRng('link study').fork(r, g, person);
              const theta = mean + sd * draws.normal();
              return pool.map((__, item) => drawCategory(bank, item, theta, draws));
            }),
          ),
          { models: '2pl', tolerance: 1e-5 },
        ),
      );
      const [to, from] = fits;
      if (to === undefined || from === undefined) continue;
      const anchors = pool.map((_, n): LinkAnchor => ({
        from: from.items[n]?.item ?? items[0] ?? { model: 'logistic', id: '', difficulty: 0 },
        to: to.items[n]?.item ?? { model: 'logistic', id: '', difficulty: 0 },
      }));
      const covarianceOf = (fit: typeof to, n: number): number[] => {
        const [sa = 0, sb = 0] = fit.items[n]?.standardErrors ?? [];
        return [sa * sa, 0, 0, sb * sb];
      };
      const link = linkScales(anchors, { method: 'mean-mean' });
      const errors = linkErrors(
        anchors,
        { method: 'mean-mean' },
        pool.map((_, n) => ({ from: covarianceOf(from, n), to: covarianceOf(to, n) })),
      );
      z.push((link.a - a) / errors.a, (link.b - b) / errors.b);
    }
    // Items of one calibration share its sample; taken as independent, the errors are somewhat off.
    const spread = Math.sqrt(z.reduce((sum, value) => sum + value * value, 0) / z.length);
    expect(spread).toBeGreaterThan(0.6);
    expect(spread).toBeLessThan(1.6);
  }, 600_000);

  it('refuses nothing to link, and sides that differ', () => {
    expect(() => linkScales([], { method: 'mean-mean' })).toThrow(/anchors/);
    expect(() =>
      linkScales(
        [
          {
            from: { model: 'logistic', id: 'a', difficulty: 0 },
            to: { model: 'graded-response', id: 'a', steps: [0] },
          },
        ],
        { method: 'mean-mean' },
      ),
    ).toThrow(/a/);
  });
});
