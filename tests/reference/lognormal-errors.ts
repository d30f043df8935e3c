/**
 * The peer's standard errors under a lognormal prior on a slope take the prior's curvature
 * 1/(s²a²) − 1/a² − (ln a − m)/(s²a²) with the last sign turned: with that sign its numbers come out.
 */
import type { ItemSpec } from 'itemresponsetheory';
import type { ItemsCalibration } from 'itemresponsetheory/calibration';
import { invertSymmetric } from '../../engine/itemresponsetheory/src/numeric/cholesky.ts';

/** Standard errors of slope and difficulty as they would be with the prior's last term turned round. */
export function asThePeer(
  fit: ItemsCalibration,
  { mean, sd }: { readonly mean: number; readonly sd: number },
): ItemsCalibration {
  const size = fit.parameters.length;
  const information = invertSymmetric(fit.covariance ?? new Float64Array(size * size), size) ?? new Float64Array(0);
  const place = new Map(fit.parameters.map((name, n) => [name, n]));
  const slopeOf = (item: ItemSpec): number => (item.model === 'logistic' ? (item.slope ?? 1) : NaN);
  for (const { item } of fit.items) {
    const at = place.get(`${item.id}:a`) ?? 0;
    const a = slopeOf(item);
    information[at * size + at] = (information[at * size + at] ?? 0) + (2 * (Math.log(a) - mean)) / (sd * sd * a * a);
  }
  const covariance = invertSymmetric(information, size) ?? new Float64Array(0);
  const at = (one: number, other: number): number => covariance[one * size + other] ?? NaN;
  return {
    ...fit,
    items: fit.items.map((result) => {
      if (result.item.model !== 'logistic') return result;
      const [a, b, ia, id, ig] = [
        slopeOf(result.item),
        result.item.difficulty,
        place.get(`${result.item.id}:a`) ?? 0,
        place.get(`${result.item.id}:d`) ?? 0,
        place.get(`${result.item.id}:g`),
      ];
      // b = −d/a: ∂b/∂d = −1/a, ∂b/∂a = −b/a.
      const errors = [Math.sqrt(at(ia, ia)), Math.sqrt(at(id, id) + b * b * at(ia, ia) + 2 * b * at(ia, id)) / a];
      const c = result.item.lower ?? 0;
      return {
        ...result,
        standardErrors: ig === undefined ? errors : [...errors, c * (1 - c) * Math.sqrt(at(ig, ig))],
      };
    }),
  };
}
