/** The priors that a calibration fixture says in words, e.g. `a ~ lognormal(0.1, 0.4); d=-a*b ~ N(0, sd 1.5)`. */
import type { Priors } from 'itemresponsetheory/calibration';

const kinds: readonly (readonly [RegExp, (first: number, second: number) => Partial<Priors>])[] = [
  [/\ba ~ lognormal\(([^)]*)\)/, (mean, sd) => ({ slope: { mean, sd } })],
  [/\bd ?= ?-a\*b ~ N\(([^)]*)\)/, (mean, sd) => ({ intercept: { mean, sd } })],
  [/\blogit\(c\)[^~;]* ~ N\(([^)]*)\)/, (mean, sd) => ({ lower: { kind: 'logitNormal', mean, sd } })],
  [/(?:^|[;,\s])c ~ Beta\(([^)]*)\)/, (alpha, beta) => ({ lower: { kind: 'beta', alpha, beta } })],
];

/** Throws where a prior is named (`~`) that is not one of these. */
export function priorsOf(words: string | undefined): Priors | undefined {
  if (words === undefined) return undefined;
  const priors = kinds.flatMap(([form, prior]): Partial<Priors>[] => {
    const [first, second] = [...(form.exec(words)?.[1] ?? '').matchAll(/-?\d+(?:\.\d+)?/g)].map(Number);
    return first === undefined || second === undefined ? [] : [prior(first, second)];
  });
  if (priors.length !== words.split('~').length - 1) throw new Error(`not every prior is understood: ${words}`);
  return priors.reduce<Priors>((all, prior) => ({ ...all, ...prior }), {});
}
