/** What a calibration, or a judgement of known parameters, found: everything that the report shows. */
import type { ItemSpec } from 'itemresponsetheory';
import type { ItemModelName } from 'itemresponsetheory/calibration';
import type { AbilityDistribution } from './ability-distribution.ts';
import type { AnchorLink } from './anchor-link.ts';
import type { Appraisal } from './appraisal.ts';
import type { Regression } from './covariates.ts';
import type { ItemDistractors } from './distractors.ts';
import type { Estimation, Estimator, OnlineMethod } from './estimation.ts';
import type { ItemEstimate } from './judge.ts';
import type { Remark } from './stream-responses.ts';
import type { LeftOut } from './usable.ts';

export interface GroupAbility extends AbilityDistribution {
  readonly name: string;
  readonly persons: number;
  /** Absent where mean and SD are of the persons' WLEs, or fixed. */
  readonly meanStandardError?: number;
}

/**
 * fixed: anchors keep their parameters while the others are estimated; linked: everything is estimated freely and then
 * linked by mean/sigma.
 */
export type AnchorMethod = 'fixed' | 'linked';

/** How the parameters were estimated. */
export interface CalibrationRecord {
  readonly estimator: Estimator;
  readonly online?: OnlineMethod;
  readonly biasCorrection?: true;
  readonly model: ItemModelName | 'mixed';
  /** Of each item; absent when all have the same one. */
  readonly models?: readonly ItemModelName[];
  readonly anchors: AnchorMethod | 'none';
  readonly estimates: readonly ItemEstimate[];
  /**
   * Of each item: slope (null where not estimated), then difficulty or steps, then lower; nominal: slopes, then
   * intercepts. Empty for fixed anchors.
   */
  readonly standardErrors: readonly (readonly number[])[];
  /**
   * Of each item: covariance of slope and difficulty or steps, row-major, for linking; null for fixed and nominal
   * items.
   */
  readonly covariances: readonly (readonly number[] | null)[];
  readonly converged: boolean;
  readonly cycles: number;
  readonly largestChange: number;
  readonly logLikelihood: number;
  readonly logPrior: number;
  readonly freeParameters: number;
  readonly aic: number;
  readonly bic: number;
  readonly link?: AnchorLink;
  /** |∂ ln L/∂x|·SE at the end, the largest of all parameters: how far it is from the maximum, in standard errors. */
  readonly largestGradient: number;
  readonly regression?: Regression;
  /** Under cml, of the halves by score. */
  readonly andersen?: NonNullable<Estimation['andersen']>;
}

export interface CalibrationOutcome {
  readonly kind: 'calibrate' | 'fit';
  readonly persons: number;
  readonly items: number;
  readonly responses: number;
  readonly parameters: readonly ItemSpec[];
  /** Ability among all persons, on the scale of the parameters. */
  readonly population: AbilityDistribution;
  readonly appraisal: Appraisal;
  /** Names of the persons that the abilities are of. */
  readonly takers: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
  readonly groups?: readonly GroupAbility[];
  /** Where the data tell which options were chosen. */
  readonly distractors?: readonly ItemDistractors[];
  /** Absent where the parameters were known beforehand. */
  readonly calibration?: CalibrationRecord;
}
