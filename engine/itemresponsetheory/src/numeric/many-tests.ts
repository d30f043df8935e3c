/**
 * p for a test that is one of many, so that of all that are called significant at most a share q is expected to be so
 * by chance (Benjamini & Hochberg 1995); NaN is no test.
 *
 * @example
 * ```ts
 * import { falseDiscovery } from 'itemresponsetheory/dif';
 *
 * console.log(falseDiscovery([0.01, 0.02, 0.9]).map((p) => p.toFixed(2)).join()); // → 0.03,0.03,0.90
 * ```
 */
export function falseDiscovery(p: readonly number[]): number[] {
  const order = p.flatMap((value, n) => (Number.isNaN(value) ? [] : [n])).sort((a, b) => p[b] - p[a]);
  const out = p.map(() => NaN);
  let least = 1;
  order.forEach((n, place) => {
    least = Math.min(least, p[n] * (order.length / (order.length - place)));
    out[n] = least;
  });
  return out;
}
