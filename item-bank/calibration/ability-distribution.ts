/** Mean and spread of ability. */
export interface AbilityDistribution {
  readonly mean: number;
  readonly sd: number;
}
