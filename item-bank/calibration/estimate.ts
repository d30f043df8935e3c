/**
 * The ways of estimating, one result for all: marginal (the default), conditional and joint maximum likelihood, and
 * those for new items beside fixed ones. Pure.
 */
import { type ResponseMatrix, calibrateItems } from 'itemresponsetheory/calibration';
import { estimateAtAbilities } from './estimate-at-abilities.ts';
import { estimateByScores } from './estimate-by-scores.ts';
import type { EstimateOptions, Estimation } from './estimation.ts';
import { ResponseFileError } from './response-file-error.ts';

/** Throws IrtError, and ResponseFileError for ways that do not go together. */
export function estimate(
  data: ResponseMatrix,
  { estimator = 'mml', online = 'mwu-mem', ...options }: EstimateOptions,
): Estimation {
  const hasFixed = (options.fixed?.size ?? 0) > 0;
  if (estimator !== 'mml') return estimateByScores(data, estimator, options);
  if (!hasFixed && online !== 'mwu-mem')
    throw new ResponseFileError(
      'not-together',
      `${online} is for new items beside fixed anchors: name them by --anchors`,
      { online },
    );
  if (online === 'method-a') return estimateAtAbilities(data, options);
  const fit = calibrateItems(data, {
    ...options,
    ...(online === 'mem' ? { population: 'standard' } : {}),
    ...(online === 'oem' ? { posteriorFrom: 'fixed' } : {}),
  });
  return { ...fit, freeParameters: fit.parameters.length };
}
