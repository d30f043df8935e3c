/** What a marginal calibration is asked for. */
import type { ItemSpec } from '../parameters/item-parameters.ts';
import type { ItemModelName } from './family.ts';
import type { Priors } from './parameter-prior.ts';
import type { CalibrationTeam } from './team.ts';

export interface CalibrateItemsOptions {
  /** One for all items, or one for each. */
  readonly models: ItemModelName | readonly ItemModelName[];
  readonly ids?: readonly string[];
  /** Group of each person, 0-based; the first is the reference. */
  readonly group?: ArrayLike<number>;
  /**
   * Of each person, e.g. from sampling; they count as so many persons in estimates and errors, 'sandwich' takes them
   * for weights. 0 leaves a person out.
   */
  readonly weights?: ArrayLike<number>;
  /** Items that keep these parameters; then mean and variance of every group are free. */
  readonly fixed?: ReadonlyMap<number, ItemSpec>;
  /**
   * With fixed items: the population stays N(0, 1) all the same (multiple EM cycles without prior updating). Default
   * free.
   */
  readonly population?: 'free' | 'standard';
  /**
   * With fixed items: whose answers tell about ability. 'fixed' alone is OEM (Wainer & Mislevy 1990); default 'all'.
   */
  readonly posteriorFrom?: 'all' | 'fixed';
  /** Row-major persons × covariates: θ ~ N(Xβ, σ²); instead of groups. */
  readonly covariates?: { readonly matrix: Float64Array; readonly names: readonly string[] };
  /**
   * Shape of every population: normal (default), or free weights at the nodes, of mean 0 and variance 1 where nothing
   * else gives the scale (Woods 2007).
   */
  readonly density?: 'normal' | 'histogram';
  readonly priors?: Priors;
  readonly points?: number;
  /**
   * EM stops when no parameter changed by more than this in a plain cycle; default 1e-6, with a free histogram 1e-4:
   * its maximum is a few spikes, and stopping early keeps it smooth.
   */
  readonly tolerance?: number;
  readonly maximumCycles?: number;
  readonly standardErrors?: 'oakes' | 'crossProduct' | 'sandwich' | 'none';
  /**
   * Estimates without their first-order bias (needs standard errors): matters for 3PL and with few persons. Likelihood,
   * covariance and cycles are those of the maximum.
   */
  readonly biasCorrection?: boolean;
  /** Threads that share the E-step; the same bits with or without. */
  readonly team?: CalibrationTeam;
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}
