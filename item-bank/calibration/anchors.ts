/** Items whose parameters are known and carry the scale of a calibration. Pure. */
import { type ItemSpec, createItemParameters } from 'itemresponsetheory';
import type { CalibratedItemResult, ResponseMatrix } from 'itemresponsetheory/calibration';
import { type AnchorLink, linkAnchors, locationOf } from './anchor-link.ts';
import { toDrop } from './appraisal.ts';
import type { OldParameters } from './judge.ts';
import { drawable, estimateOf } from './on-scale.ts';
import type { AbilityDistribution } from './ability-distribution.ts';
import type { AnchorMethod } from './outcome.ts';
import { populationGrid } from './population-grid.ts';
import { ResponseFileError } from './response-file-error.ts';

export interface Anchors {
  readonly method: AnchorMethod | 'none';
  readonly known: ReadonlyMap<string, ItemSpec>;
  /** Parameters that are kept, by number of the item in the data. */
  readonly fixed: ReadonlyMap<number, ItemSpec>;
}

/** Throws ResponseFileError where anchors were to keep their parameters and none of them is in the data. */
export function anchorsIn(names: readonly string[], specs: readonly ItemSpec[], method: AnchorMethod): Anchors {
  const known = new Map(specs.map((spec) => [spec.id, spec]));
  if (specs.length === 0) return { method: 'none', known, fixed: new Map() };
  if (method === 'linked') return { method, known, fixed: new Map() };
  const fixed = new Map(
    names.flatMap((name, n) => {
      const spec = known.get(name);
      return spec === undefined ? [] : [[n, spec] as const];
    }),
  );
  if (fixed.size === 0)
    throw new ResponseFileError('too-few-anchors', 'no item is both in the responses and among the anchors', {
      anchors: 0,
      least: 1,
    });
  return { method, known, fixed };
}

/** An item that is to be dropped would pull the whole scale with it: it does not link. */
export function linkTo(
  known: ReadonlyMap<string, ItemSpec>,
  items: readonly CalibratedItemResult[],
  data: ResponseMatrix,
  population: AbilityDistribution,
  fixedUnit: boolean,
): AnchorLink {
  const dropped = toDrop({
    bank: createItemParameters(items.map(({ item }) => drawable(item))),
    data,
    grid: populationGrid(population),
    estimates: items.map(estimateOf),
  });
  return linkAnchors(
    items.flatMap(({ item }) => {
      const to = known.get(item.id);
      return to === undefined || item.model === 'nominal' || to.model === 'nominal' || dropped.has(item.id)
        ? []
        : [{ from: item, to }];
    }),
    { method: 'mean-sigma', fixedUnit },
  );
}

/** Old parameters by item. Of a guess nobody can say that the item moved. */
export const oldParameters = ({ known }: Anchors, guesses: ReadonlySet<string>): ReadonlyMap<string, OldParameters> =>
  new Map(
    Array.from(known.values(), (spec) => [
      spec.id,
      {
        slope: spec.model === 'nominal' ? 1 : (spec.slope ?? 1),
        difficulty: locationOf(spec),
        origin: guesses.has(spec.id) ? 'expert-guess' : 'calibrated',
      },
    ]),
  );
