/**
 * Ability by weighted likelihood (Warm 1989; for several categories Penfield & Bergeron 2005), in the plainest way: the
 * equation S(θ) + J(θ) / (2 I(θ)) = 0 on a grid, each change of sign narrowed by halving. Slow and short, and of one
 * hand with nothing else in the house: it exists to disagree.
 */

/** A curve is the chance of each category at θ with its first and second derivative, per logit. */
export type Curve = (theta: number) => readonly (readonly [chance: number, first: number, second: number])[];

/** Right or wrong, with a chance `lower` of a right answer far below the difficulty (Birnbaum 1968). */
export const rightOrWrong =
  (slope: number, difficulty: number, lower: number): Curve =>
  (theta) => {
    const p = 1 / (1 + Math.exp(-slope * (theta - difficulty)));
    const first = (1 - lower) * slope * p * (1 - p);
    const second = first * slope * (1 - 2 * p);
    const right = lower + (1 - lower) * p;
    return [
      [1 - right, -first, -second],
      [right, first, second],
    ];
  };

/** Categories 0…steps.length, one step of difficulty between neighbours (Masters 1982). */
export const partialCredit =
  (steps: readonly number[]): Curve =>
  (theta) => {
    const exponents = steps.reduce<number[]>((sums, step) => [...sums, (sums.at(-1) ?? 0) + theta - step], [0]);
    const highest = Math.max(...exponents);
    const weights = exponents.map((exponent) => Math.exp(exponent - highest));
    const sum = weights.reduce((a, b) => a + b, 0);
    const chances = weights.map((weight) => weight / sum);
    const mean = chances.reduce((total, chance, category) => total + category * chance, 0);
    const variance = chances.reduce((total, chance, category) => total + (category - mean) ** 2 * chance, 0);
    return chances.map((chance, k) => [chance, chance * (k - mean), chance * ((k - mean) ** 2 - variance)]);
  };

export interface Response {
  readonly curve: Curve;
  readonly category: number;
}

interface At {
  /** S + J / (2 I); a root of it is an estimate. */
  readonly value: number;
  readonly information: number;
  /** ln L + ½ ln I: which of several roots is meant. */
  readonly objective: number;
}

function at(responses: readonly Response[], theta: number): At {
  let [score, information, bias, logLikelihood] = [0, 0, 0, 0];
  for (const { curve, category } of responses) {
    const categories = curve(theta);
    const [chance, first] = categories[category] ?? [Number.NaN, Number.NaN];
    score += first / chance;
    logLikelihood += Math.log(chance);
    for (const [p, p1, p2] of categories) {
      information += (p1 * p1) / p;
      bias += (p1 * p2) / p;
    }
  }
  return {
    value: score + bias / (2 * information),
    information,
    objective: logLikelihood + Math.log(information) / 2,
  };
}

/** θ is looked for between these, logits. */
export const bounds = { lower: -6, upper: 6 } as const;
const gridStep = 0.05;
const halvings = 60;

export interface Ability {
  readonly theta: number;
  /** 1/√I */
  readonly standardError: number;
}

/** Undefined without responses. */
export function weightedLikelihood(responses: readonly Response[]): Ability | undefined {
  if (responses.length === 0) return undefined;
  const { lower, upper } = bounds;
  const cells = Math.round((upper - lower) / gridStep);
  const points = Array.from({ length: cells + 1 }, (_, n) => lower + n * gridStep);
  const values = points.map((theta) => at(responses, theta).value);
  const roots = points.slice(1).flatMap((right, n) => {
    const [left, before, after] = [points[n] ?? lower, values[n] ?? 0, values[n + 1] ?? 0];
    return before > 0 && after <= 0 ? [rootBetween(responses, left, right)] : [];
  });
  // Where guessing explains the answers as well, the equation may point outwards at a bound beside a root.
  const outwards = [...((values[0] ?? 0) <= 0 ? [lower] : []), ...((values.at(-1) ?? 0) > 0 ? [upper] : [])];
  const theta = [...roots, ...outwards].reduce((best, root) =>
    at(responses, root).objective > at(responses, best).objective ? root : best,
  );
  return { theta, standardError: 1 / Math.sqrt(at(responses, theta).information) };
}

function rootBetween(responses: readonly Response[], left: number, right: number): number {
  let [low, high] = [left, right];
  for (let n = 0; n < halvings; n += 1) {
    const middle = (low + high) / 2;
    if (at(responses, middle).value > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
