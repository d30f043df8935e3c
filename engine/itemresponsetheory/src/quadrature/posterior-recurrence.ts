/**
 * Posterior of a row whose ln weight at node θ is line + sum·θ, over equally spaced nodes: neighbours' ratio is
 * e^(Δline)·e^(Δθ·sum), so it is walked
 * outwards from its mode by two multiplications a node, and ends where nothing is left. For lines whose second
 * difference is negative (one mode).
 */
import { exp } from '../numeric/elementary.ts';

/** Weights below this share of the mode's are left out: their sum stays below a rounding error. */
const negligible = 1e-19;

export interface PosteriorRecurrence {
  /** Ratios of a new line (its first nodes; it may be longer). */
  setBaseLine(line: Float64Array): void;
  /** Fills `weight` from node `from` up to `to`, both even, 1 at the mode; others stay as they are. */
  walk(sum: number): void;
  readonly weight: Float64Array;
  from: number;
  to: number;
  total: number;
  /** ln of the weight that was set to 1. */
  peak: number;
}

/** `weight` must have room for one node more than an odd number of them. */
export function createPosteriorRecurrence(node: Float64Array, weight: Float64Array): PosteriorRecurrence {
  const last = node.length - 1;
  const spacing = (node[last] - node[0]) / last;
  const [up, down] = [new Float64Array(last + 1), new Float64Array(last + 1)];
  let base: Float64Array = up;
  const walker: PosteriorRecurrence = {
    weight,
    from: 0,
    to: 0,
    total: 0,
    peak: 0,
    setBaseLine(line) {
      base = line;
      for (let q = 0; q < last; q += 1) {
        const e = exp(line[q + 1] - line[q]);
        up[q] = e;
        down[q] = 1 / e;
      }
    },
    walk(sum) {
      const ratio = exp(sum * spacing);
      const back = 1 / ratio;
      // The ratio of neighbours falls: the mode is where it first is below 1.
      let [low, high] = [0, last];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (up[middle] * ratio >= 1) low = middle + 1;
        else high = middle;
      }
      weight[low] = 1;
      let [total, w, to] = [1, 1, low];
      for (let q = low; q < last; q += 1) {
        w *= up[q] * ratio;
        if (w < negligible) break;
        weight[q + 1] = w;
        total += w;
        to = q + 1;
      }
      w = 1;
      let from = low;
      for (let q = low; q > 0; q -= 1) {
        w *= down[q - 1] * back;
        if (w < negligible) break;
        weight[q - 1] = w;
        total += w;
        from = q - 1;
      }
      if (from & 1) {
        from -= 1;
        weight[from] = 0;
      }
      if ((to & 1) === 0) {
        to += 1;
        weight[to] = 0;
      }
      walker.from = from;
      walker.to = to + 1;
      walker.total = total;
      walker.peak = base[low] + sum * node[low];
    },
  };
  return walker;
}
