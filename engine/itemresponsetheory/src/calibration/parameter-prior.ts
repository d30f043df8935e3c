/** Priors of item parameters (Bayes modal estimation; Mislevy 1986), each a density on the scale it names. */
import { IrtError, requireFinite } from '../errors.ts';
import { log, sigmoid } from '../numeric/elementary.ts';
import { logGamma } from '../numeric/chi-square.ts';

export interface Priors {
  /** ln a ~ N(mean, sd²), as a density of a. */
  readonly slope?: { readonly mean: number; readonly sd: number };
  /** Of d = −a·b, and of every step's d. */
  readonly intercept?: { readonly mean: number; readonly sd: number };
  /** Of the lower asymptote c: normal on logit c, or Beta as a density of c. */
  readonly lower?:
    | { readonly kind: 'logitNormal'; readonly mean: number; readonly sd: number }
    | { readonly kind: 'beta'; readonly alpha: number; readonly beta: number };
}

/** Value, derivative, and an information that is never negative (the expected one where the observed may be). */
export type LogPrior = (x: number) => {
  readonly value: number;
  readonly gradient: number;
  readonly information: number;
};

const halfLogTwoPi = 0.91893853320467274;

const normal =
  ({ mean, sd }: { readonly mean: number; readonly sd: number }): LogPrior =>
  (x) => {
    const z = (x - mean) / sd;
    return { value: -0.5 * z * z - log(sd) - halfLogTwoPi, gradient: -z / sd, information: 1 / (sd * sd) };
  };

/** Outside a > 0 the density is 0: a step there is refused, because its value is −∞. */
const lognormal =
  ({ mean, sd }: { readonly mean: number; readonly sd: number }): LogPrior =>
  (a) => {
    if (!(a > 0)) return { value: -Infinity, gradient: 0, information: 0 };
    const z = (log(a) - mean) / sd;
    return {
      value: -0.5 * z * z - log(a) - log(sd) - halfLogTwoPi,
      gradient: (-z / sd - 1) / a,
      information: 1 / (sd * sd * a * a),
    };
  };

const beta = ({ alpha, beta: other }: { readonly alpha: number; readonly beta: number }): LogPrior => {
  const constant = logGamma(alpha + other) - logGamma(alpha) - logGamma(other);
  return (g) => {
    const c = sigmoid(g);
    return {
      value: constant + (alpha - 1) * log(c) + (other - 1) * log(1 - c),
      gradient: (alpha - 1) * (1 - c) - (other - 1) * c,
      information: Math.max(0, alpha + other - 2) * c * (1 - c),
    };
  };
};

/** Throws IrtError for a spread or shape that is not positive. */
export function requirePriors({ slope, intercept, lower }: Priors): void {
  const checks: (readonly [string, number, boolean])[] = [
    ...(slope === undefined
      ? []
      : ([
          ['priors.slope.mean', slope.mean, false],
          ['priors.slope.sd', slope.sd, true],
        ] as const)),
    ...(intercept === undefined
      ? []
      : ([
          ['priors.intercept.mean', intercept.mean, false],
          ['priors.intercept.sd', intercept.sd, true],
        ] as const)),
    ...(lower === undefined
      ? []
      : lower.kind === 'beta'
        ? ([
            ['priors.lower.alpha', lower.alpha, true],
            ['priors.lower.beta', lower.beta, true],
          ] as const)
        : ([
            ['priors.lower.mean', lower.mean, false],
            ['priors.lower.sd', lower.sd, true],
          ] as const)),
  ];
  for (const [field, value, positive] of checks) {
    requireFinite(field, value);
    if (positive && !(value > 0)) throw new IrtError('not-positive', field, value, 'must be greater than 0');
  }
}

/** By the parameter's name, "item:a", "item:d", "item:d2", "item:g". */
export function priorOf(priors: Priors | undefined, name: string): LogPrior | undefined {
  if (priors === undefined || name.startsWith('group ') || name.startsWith('regression:')) return undefined;
  const parameter = name.slice(name.lastIndexOf(':') + 1);
  if (parameter === 'a') return priors.slope === undefined ? undefined : lognormal(priors.slope);
  if (/^d\d*$/.test(parameter)) return priors.intercept === undefined ? undefined : normal(priors.intercept);
  if (parameter === 'g' && priors.lower !== undefined)
    return priors.lower.kind === 'beta' ? beta(priors.lower) : normal(priors.lower);
  return undefined;
}
