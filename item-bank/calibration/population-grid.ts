import { type Grid, normalGrid } from 'itemresponsetheory';

/** Nodes over a population: six standard deviations on either side. */
export const populationGrid = ({ mean, sd }: { readonly mean: number; readonly sd: number }): Grid =>
  normalGrid({ mean, sd, lower: mean - 6 * sd, upper: mean + 6 * sd });
