/**
 * Univariate and bivariate moments of the answers: their values in the data, under the model, and their covariance
 * under the model.
 */
import type { ItemParameters } from '../parameters/item-parameters.ts';

/** A univariate moment: the mean of the score, or the share of one category. */
export interface Feature {
  readonly item: number;
  readonly category?: number;
}

/** Univariate moments first, then E(x_i·x_j) of each pair. */
export interface MomentLayout {
  readonly features: readonly Feature[];
  readonly pairs: readonly (readonly [number, number])[];
  readonly univariate: number;
  readonly size: number;
}

export function momentLayout(bank: ItemParameters, byCategory: boolean): MomentLayout {
  const features = Array.from(bank.categories, (categories, item): Feature[] =>
    byCategory ? Array.from({ length: categories - 1 }, (_, k) => ({ item, category: k + 1 })) : [{ item }],
  ).flat();
  const pairs = Array.from({ length: bank.size }, (_, a) =>
    Array.from({ length: bank.size - a - 1 }, (__, n): readonly [number, number] => [a, a + 1 + n]),
  ).flat();
  return { features, pairs, univariate: features.length, size: features.length + pairs.length };
}

/** E(x), E(x²) of each item; E(f) of a feature, and E(f·x). */
const mean = (p: Float64Array): number => p.reduce((sum, value, k) => sum + k * value, 0);
const meanSquare = (p: Float64Array): number => p.reduce((sum, value, k) => sum + k * k * value, 0);
const featureMean = ({ category }: Feature, p: Float64Array): number =>
  category === undefined ? mean(p) : p[category];
const featureByScore = ({ category }: Feature, p: Float64Array): number =>
  category === undefined ? meanSquare(p) : category * p[category];

/** E of the product of two features of the same item. */
function featureProduct(a: Feature, b: Feature, p: Float64Array): number {
  if (a.category === undefined) return meanSquare(p);
  return a.category === b.category ? p[a.category] : 0;
}

/** Moments where the items are independent: at one node of θ. */
export function momentsAt(
  { features, pairs, univariate, size }: MomentLayout,
  probabilities: readonly Float64Array[],
): Float64Array {
  const means = probabilities.map(mean);
  const out = new Float64Array(size);
  features.forEach((feature, n) => {
    out[n] = featureMean(feature, probabilities[feature.item]);
  });
  pairs.forEach(([a, b], n) => {
    out[univariate + n] = means[a] * means[b];
  });
  return out;
}

/**
 * Ξ: covariance of one person's moments, row-major; ΣwE(f·g | θ) − E(f)E(g). Where f and g share no item, E(f·g | θ) is
 * the product.
 */
export function momentCovariance(
  shape: MomentLayout,
  nodes: readonly (readonly Float64Array[])[],
  weight: Float64Array,
): Float64Array {
  const { size } = shape;
  const out = new Float64Array(size * size);
  const expected = new Float64Array(size);
  nodes.forEach((probabilities, q) => {
    const w = weight[q];
    const here = momentsAt(shape, probabilities);
    for (let a = 0; a < size; a += 1) {
      const scaled = w * here[a];
      expected[a] += scaled;
      for (let b = 0; b <= a; b += 1) out[a * size + b] += scaled * here[b];
    }
    addShared(shape, probabilities, w, out);
  });
  for (let a = 0; a < size; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      const value = out[a * size + b] - expected[a] * expected[b];
      out[a * size + b] = value;
      out[b * size + a] = value;
    }
  }
  return out;
}

/** What a shared item adds to the product of the two expectations, into the lower triangle. */
function addShared(
  { features, pairs, univariate, size }: MomentLayout,
  probabilities: readonly Float64Array[],
  w: number,
  out: Float64Array,
): void {
  const means = probabilities.map(mean);
  const squares = probabilities.map(meanSquare);
  const add = (row: number, column: number, value: number): void => {
    const at = Math.max(row, column) * size + Math.min(row, column);
    out[at] += w * value;
  };
  features.forEach((f, n) =>
    features.forEach((g, m) => {
      const p = probabilities[f.item];
      if (m <= n && g.item === f.item) add(n, m, featureProduct(f, g, p) - featureMean(f, p) * featureMean(g, p));
    }),
  );
  const pairsOf: (readonly [number, number])[][] = probabilities.map(() => []);
  pairs.forEach(([a, b], n) => {
    pairsOf[a].push([univariate + n, b]);
    pairsOf[b].push([univariate + n, a]);
  });
  features.forEach((f, n) => {
    const p = probabilities[f.item];
    const extra = featureByScore(f, p) - featureMean(f, p) * means[f.item];
    for (const [row, other] of pairsOf[f.item]) add(row, n, extra * means[other]);
  });
  pairsOf.forEach((list, item) => {
    const variance = squares[item] - means[item] ** 2;
    for (const [row, a] of list)
      for (const [column, b] of list) if (column < row) add(row, column, variance * means[a] * means[b]);
  });
  pairs.forEach(([a, b], n) =>
    add(univariate + n, univariate + n, squares[a] * squares[b] - (means[a] * means[b]) ** 2),
  );
}

/** Means over the persons, and the shares of the categories. */
export function observedMoments(
  { features, pairs, univariate, size }: MomentLayout,
  bank: ItemParameters,
  forms: Uint8Array,
): { readonly moments: Float64Array; readonly shares: readonly Float64Array[] } {
  const items = bank.size;
  const persons = forms.length / items;
  const shares = Array.from(bank.categories, (categories) => new Float64Array(categories));
  const products = new Float64Array(items * items);
  for (let start = 0; start < forms.length; start += items) {
    for (let a = 0; a < items; a += 1) {
      const x = forms[start + a];
      const share = shares[a];
      if (share) share[x] += 1 / persons;
      if (x > 0) for (let b = a + 1; b < items; b += 1) products[a * items + b] += x * forms[start + b];
    }
  }
  const moments = new Float64Array(size);
  features.forEach((feature, n) => {
    moments[n] = featureMean(feature, shares[feature.item]);
  });
  pairs.forEach(([a, b], n) => {
    moments[univariate + n] = products[a * items + b] / persons;
  });
  return { moments, shares };
}

/** Correlations of the scores of each pair, in the data and under the model. */
export function pairCorrelations(
  bank: ItemParameters,
  forms: Uint8Array,
  nodes: readonly (readonly Float64Array[])[],
  weight: Float64Array,
): { readonly observed: Float64Array; readonly expected: Float64Array } {
  const shape = momentLayout(bank, false);
  const { moments, shares } = observedMoments(shape, bank, forms);
  const population = Array.from(bank.categories, (categories, item) =>
    Float64Array.from({ length: categories }, (_, k) =>
      nodes.reduce((sum, probabilities, q) => sum + weight[q] * probabilities[item][k], 0),
    ),
  );
  const expectedMoments = new Float64Array(shape.size);
  nodes.forEach((probabilities, q) =>
    momentsAt(shape, probabilities).forEach((m, n) => {
      expectedMoments[n] += weight[q] * m;
    }),
  );
  const correlations = (joint: Float64Array, margins: readonly Float64Array[]): Float64Array =>
    Float64Array.from(shape.pairs, ([a, b], n) => {
      const [p, r] = [margins[a], margins[b]];
      return (
        (joint[shape.univariate + n] - mean(p) * mean(r)) /
        Math.sqrt((meanSquare(p) - mean(p) ** 2) * (meanSquare(r) - mean(r) ** 2))
      );
    });
  return { observed: correlations(moments, shares), expected: correlations(expectedMoments, population) };
}
