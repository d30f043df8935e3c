import type { EmStep } from '../calibration/accelerate.ts';
import { matchMoments } from '../calibration/latent.ts';
import { IrtError } from '../errors.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import { log } from '../numeric/elementary.ts';
import { expectation } from './expectation.ts';
import type { Marginal } from './marginal.ts';

/** One EM step: a scoring step of the facets, the population's moments. */
export function emStep(marginal: Marginal): EmStep {
  const {
    design: { parameters },
    node,
    meanAt,
    varianceAt,
  } = marginal;
  return (x, out) => {
    const { logLikelihood, logPrior, gradient, information, moments } = expectation(marginal, x, true);
    const inverse = parameters === 0 ? new Float64Array(0) : invertSymmetric(information, parameters);
    if (inverse === undefined)
      throw new IrtError('not-identified', 'ratings', parameters, 'must determine every severity');
    for (let i = 0; i < parameters; i += 1) {
      let move = 0;
      for (let j = 0; j < parameters; j += 1) move += inverse[i * parameters + j] * gradient[j];
      out[i] = x[i] + Math.max(-1, Math.min(1, move));
    }
    const matched = matchMoments(node, moments[0], moments[1], meanAt >= 0);
    if (meanAt >= 0) out[meanAt] = matched.mean;
    out[varianceAt] = log(matched.variance);
    return logLikelihood + logPrior;
  };
}
