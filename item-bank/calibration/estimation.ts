/** The ways of estimating, and the one result of all. */
import type {
  AndersenTest,
  CalibrateItemsOptions,
  ItemModelName,
  ItemsCalibration,
} from 'itemresponsetheory/calibration';

/** mml: any model and design. cml, jml: the Rasch family, linear forms and booklets. */
export const estimators = ['mml', 'cml', 'jml'] as const;
export type Estimator = (typeof estimators)[number];
/**
 * New items beside fixed ones: several EM cycles with the population estimated again in each (mwu-mem, Kim 2006, the
 * default); a standard normal population (mem); ability from the fixed items alone (oem, Wainer & Mislevy 1990);
 * abilities estimated beforehand and taken as known (method-a, Stocking 1988).
 */
export const onlineMethods = ['mwu-mem', 'mem', 'oem', 'method-a'] as const;
export type OnlineMethod = (typeof onlineMethods)[number];

export interface Estimation extends Pick<
  ItemsCalibration,
  | 'items'
  | 'groups'
  | 'regression'
  | 'logLikelihood'
  | 'logPrior'
  | 'cycles'
  | 'converged'
  | 'largestChange'
  | 'largestGradient'
  | 'flags'
> {
  readonly freeParameters: number;
  /** Under cml: are the items alike for those with few and with many right? */
  readonly andersen?: Pick<AndersenTest, 'statistic' | 'degreesOfFreedom' | 'p'>;
}

export interface EstimateOptions extends Omit<CalibrateItemsOptions, 'models' | 'population' | 'posteriorFrom'> {
  readonly models: readonly ItemModelName[];
  readonly estimator?: Estimator;
  readonly online?: OnlineMethod;
}

/** What each way of estimating is told, once the way is chosen. */
export type WayOptions = Omit<EstimateOptions, 'estimator' | 'online'>;
