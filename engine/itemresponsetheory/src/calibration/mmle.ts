/**
 * Rasch (slopes 1, free variance) and 2PL (θ ~ N(0, 1)) in the words that most callers need: one slope, one difficulty,
 * their errors.
 */
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { calibrateItems } from './calibrate-items.ts';

export type DichotomousModel = 'rasch' | '2pl';

export interface CalibrationOptions {
  readonly model: DichotomousModel;
  readonly points?: number;
  /**
   * EM stops when no parameter (slope, intercept, log variance) changed by more than this in a plain cycle; default
   * 1e-7.
   */
  readonly tolerance?: number;
  readonly maximumCycles?: number;
  /** Observed information (default) or the cross-product of the persons' scores. */
  readonly standardErrors?: 'oakes' | 'crossProduct';
  /** Called after each cycle; accelerated proposals are cycles too. */
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

export interface CalibratedItem {
  readonly slope: number;
  readonly difficulty: number;
  /** NaN when the information matrix is singular: too few persons for so many parameters. */
  readonly slopeStandardError?: number;
  readonly difficultyStandardError: number;
  /** Persons who answered it, and the share who answered right. */
  readonly responses: number;
  readonly proportion: number;
}

export interface Calibration {
  readonly model: DichotomousModel;
  readonly items: readonly CalibratedItem[];
  /** Latent variance: free under Rasch, 1 under 2PL. */
  readonly variance: number;
  readonly varianceStandardError?: number;
  readonly logLikelihood: number;
  readonly cycles: number;
  readonly converged: boolean;
  /** Of a parameter in the last plain EM cycle. */
  readonly largestChange: number;
}

/**
 * Throws IrtError for items that cannot be calibrated, naming them; non-convergence is reported, not thrown.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { calibrate, responseMatrix } from 'itemresponsetheory/calibration';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const rows = Array.from({ length: 400 }, (_, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, theta, random));
 * });
 * const data = responseMatrix(rows);
 * const { items, converged } = calibrate(data, { model: 'rasch' });
 * console.log(converged, items.map(({ difficulty }) => difficulty.toFixed(2)).join());
 * // → true -1.21,-0.51,-0.00,0.65,0.95
 * ```
 */
export function calibrate(
  data: ResponseMatrix,
  { model, tolerance = 1e-7, maximumCycles = 3000, ...options }: CalibrationOptions,
): Calibration {
  const fit = calibrateItems(data, { models: model, tolerance, maximumCycles, ...options });
  const items = fit.items.map(
    ({
      item,
      standardErrors: [slopeError = NaN, difficultyError = NaN],
      responses,
      categoryCounts,
    }): CalibratedItem => {
      const [slope, difficulty] = item.model === 'logistic' ? [item.slope ?? 1, item.difficulty] : [NaN, NaN];
      return {
        slope,
        difficulty,
        difficultyStandardError: difficultyError,
        responses,
        proportion: categoryCounts[1] / responses,
        ...(model === '2pl' ? { slopeStandardError: slopeError } : {}),
      };
    },
  );
  const [population] = fit.groups;
  const { logLikelihood, cycles, converged, largestChange } = fit;
  return {
    model,
    items,
    variance: population?.variance ?? 1,
    logLikelihood,
    cycles,
    converged,
    largestChange,
    ...(population?.varianceStandardError === undefined
      ? {}
      : { varianceStandardError: population.varianceStandardError }),
  };
}
