/**
 * Posterior of a row whose ln weight at node θ is line + sum·θ, over equally spaced nodes: neighbours' ratio is
 * e^(Δline)·e^(Δθ·sum), so the weights follow one another outwards from the mode by two multiplications a node, and end
 * where nothing is left. For lines whose second difference is negative (one mode).
 */
import { exp } from '../numeric/elementary.ts';

/** Weights below this share of the mode's are left out: their sum stays below a rounding error. */
const negligible = 1e-19;

/** The weights that `fill` has put down: which nodes, their sum, and ln of the weight that was set to 1. */
interface RowWeights {
  from: number;
  to: number;
  total: number;
  peak: number;
}

export interface PosteriorRecurrence extends RowWeights {
  /** Ratios of a new line (its first nodes; it may be longer). */
  setBaseLine(line: Float64Array): void;
  /** Fills `weight` from node `from` up to `to`, both even, 1 at the mode; others stay as they are. */
  fill(sum: number): void;
  readonly weight: Float64Array;
}

/** Nodes' ratios to their neighbours, upwards and downwards. */
interface NodeRatios {
  readonly up: Float64Array;
  readonly down: Float64Array;
}

/** The node of the mode: the ratio of neighbours falls, so it is where the ratio first is below 1. */
function modeOf({ up }: NodeRatios, ratio: number): number {
  let [low, high] = [0, up.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (up[middle] * ratio >= 1) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Weights from the mode outwards, 1 at the mode, up to where nothing is left. */
function fillFrom(mode: number, { up, down }: NodeRatios, ratio: number, weight: Float64Array, out: RowWeights): void {
  const last = up.length - 1;
  const back = 1 / ratio;
  weight[mode] = 1;
  let [total, w, from, to] = [1, 1, mode, mode];
  for (let q = mode; q < last; q += 1) {
    w *= up[q] * ratio;
    if (w < negligible) break;
    weight[q + 1] = w;
    total += w;
    to = q + 1;
  }
  w = 1;
  for (let q = mode; q > 0; q -= 1) {
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
  out.from = from;
  out.to = to + 1;
  out.total = total;
}

/** `weight` must have room for one node more than an odd number of them. */
export function createPosteriorRecurrence(node: Float64Array, weight: Float64Array): PosteriorRecurrence {
  const last = node.length - 1;
  const spacing = (node[last] - node[0]) / last;
  const ratios: NodeRatios = { up: new Float64Array(last + 1), down: new Float64Array(last + 1) };
  let base: Float64Array = ratios.up;
  const recurrence: PosteriorRecurrence = {
    weight,
    from: 0,
    to: 0,
    total: 0,
    peak: 0,
    setBaseLine(line) {
      base = line;
      for (let q = 0; q < last; q += 1) {
        const e = exp(line[q + 1] - line[q]);
        ratios.up[q] = e;
        ratios.down[q] = 1 / e;
      }
    },
    fill(sum) {
      const ratio = exp(sum * spacing);
      const mode = modeOf(ratios, ratio);
      fillFrom(mode, ratios, ratio, weight, recurrence);
      recurrence.peak = base[mode] + sum * node[mode];
    },
  };
  return recurrence;
}
