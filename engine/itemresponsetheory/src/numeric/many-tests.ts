/**
 * p for a test that is one of many, so that of all that are called significant at most a share q is expected to be so
 * by chance (Benjamini & Hochberg 1995); NaN is no test.
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
