/**
 * The E-step. Rasch, 2PL, the partial credit family and nominal items are exponential families, ln P_k = s_k·θ + t_k + base(θ): a person's row is
 * θ·Σs + Σt and one base line that all rows with the same items share. Over equally spaced nodes its neighbours' ratio is e^(Δbase)·e^(Δθ·Σs), so the
 * posterior is walked outwards from its mode by two multiplications a node, and ends where nothing is left; ln of a concave density has one mode.
 * Graded and 3PL items, and fixed ones, add their rows of the table of ln P.
 */
import { exp, log } from '../numeric/elementary.ts';
import { evaluateFamily } from './family.ts';
import { normalOnGrid } from './latent.ts';
import { meanOf, type Problem, varianceOf } from './problem.ts';

export interface Expectation { readonly logLikelihood: number; /** Posterior mass at each node, by density. */ readonly mass: readonly Float64Array[] }

/** ln P of every free item at every node; of exponential ones ln P_0, s and t. Fixed items were filled once. */
function fillTable({ parts, node, table, slope, shift, work }: Problem, x: Float64Array): void {
  const points = node.length;
  const { logP } = work;
  for (const { model, categories, index, row, isExponential } of parts) {
    if (model === 'fixed') continue;
    const local = Float64Array.from(index, (n) => x[n] ?? 0);
    for (let q = 0; q < points; q += 1) {
      evaluateFamily(model, categories, local, node[q] ?? 0, work);
      for (let k = 0; k < (isExponential ? 1 : categories); k += 1) table[(row + k) * points + q] = logP[k] ?? 0;
    }
    if (!isExponential) continue;
    evaluateFamily(model, categories, local, 0, work);
    for (let k = 0; k < categories; k += 1) shift[row + k] = (logP[k] ?? 0) - (logP[0] ?? 0);
    evaluateFamily(model, categories, local, 1, work);
    for (let k = 0; k < categories; k += 1) slope[row + k] = (logP[k] ?? 0) - (logP[0] ?? 0) - (shift[row + k] ?? 0);
  }
}

/** Weights below this share of the mode's are left out: their sum stays below a rounding error. */
const negligible = 1e-19;

/** Posterior of one row after another; `from`..`to` are the nodes that carry weight. */
interface Walk { readonly weight: Float64Array; from: number; to: number; total: number; /** ln of the weight that was set to 1. */ peak: number }

/** Outwards from the mode of line + sum·θ. `up` and `down`: e^±(difference of the line between neighbours). */
function walk(line: Float64Array, up: Float64Array, down: Float64Array, node: Float64Array, sum: number, spacing: number, out: Walk): void {
  const last = line.length - 1;
  const ratio = exp(sum * spacing);
  const back = 1 / ratio;
  // The ratio of neighbours falls: the mode is where it first is below 1.
  let [low, high] = [0, last];
  while (low < high) { const middle = (low + high) >>> 1; if ((up[middle] ?? 0) * ratio >= 1) low = middle + 1; else high = middle; }
  const { weight } = out;
  weight[low] = 1;
  let [total, w, to] = [1, 1, low];
  for (let q = low; q < last; q += 1) { w *= (up[q] ?? 0) * ratio; if (w < negligible) break; weight[q + 1] = w; total += w; to = q + 1; }
  w = 1;
  let from = low;
  for (let q = low; q > 0; q -= 1) { w *= (down[q - 1] ?? 0) * back; if (w < negligible) break; weight[q - 1] = w; total += w; from = q - 1; }
  out.from = from; out.to = to; out.total = total; out.peak = (line[low] ?? 0) + sum * (node[low] ?? 0);
}

/** All nodes by exponentials, from the log-weights that stand in out.weight. */
function spread(out: Walk): void {
  const { weight } = out;
  let most = -Infinity;
  for (let q = 0; q < weight.length; q += 1) { const w = weight[q] ?? 0; if (w > most) most = w; }
  let [total, from, to] = [0, weight.length, 0];
  for (let q = 0; q < weight.length; q += 1) {
    const d = (weight[q] ?? 0) - most;
    const w = d < -43 ? 0 : exp(d);
    weight[q] = w;
    total += w;
    if (w > 0) { if (q < from) from = q; to = q; }
  }
  out.from = from; out.to = to; out.total = total; out.peak = most;
}

/** Fills problem.counts from all rows, or from those of which `only` is 1. `onRow` gets each row's normalised posterior instead. */
export function expectation(problem: Problem, x: Float64Array, only?: Uint8Array, onRow?: (row: number, posterior: Float64Array) => void): Expectation {
  const { patterns: { rowStart, item, weight }, parts, node, table, slope, shift, booklets, cell, counts, latent, tells } = problem;
  const { byNode, persons, eap: eaps, mass: itemMass } = counts;
  const points = node.length;
  const spacing = ((node[points - 1] ?? 0) - (node[0] ?? 0)) / (points - 1);
  fillTable(problem, x);
  byNode.fill(0); persons.fill(0); eaps.fill(0); itemMass.fill(0);
  const densities = latent.kind === 'groups' ? latent.mean.length : latent.design.length;
  const prior = Array.from({ length: densities }, (_, d) => normalOnGrid(node, meanOf(latent, d, x), varianceOf(latent, d, x)).logWeight);
  const mass = prior.map(() => new Float64Array(points));
  const itemRow = Uint32Array.from(parts, ({ row }) => row);
  const exponential = Uint8Array.from(parts, ({ isExponential }) => (isExponential ? 1 : 0));
  const [line, up, down, here] = [new Float64Array(points), new Float64Array(points), new Float64Array(points), new Float64Array(points)];
  const out: Walk = { weight: new Float64Array(points), from: 0, to: 0, total: 0, peak: 0 };
  const work = out.weight;
  const starts = new Uint32Array(parts.length);
  let logLikelihood = 0;
  let booklet = -1;
  let isMixed = false;
  let [lowest, highest] = [points, -1];
  const close = (): void => {
    if (booklet < 0) return;
    const total = mass[booklets.density[booklet] ?? 0];
    if (total !== undefined) for (let q = 0; q < points; q += 1) total[q] = (total[q] ?? 0) + (here[q] ?? 0);
    for (const one of booklets.items[booklet] ?? []) { let at = one * points + lowest; for (let q = lowest; q <= highest; q += 1, at += 1) itemMass[at] = (itemMass[at] ?? 0) + (here[q] ?? 0); }
    here.fill(0);
    lowest = points; highest = -1;
  };
  const open = (next: number): void => {
    booklet = next;
    isMixed = booklets.isMixed[next] === true;
    line.set(prior[booklets.density[next] ?? 0] ?? line);
    addRowsOf(table, (booklets.items[next] ?? new Uint32Array(0)).filter((one) => tells[one] === 1).map((one) => (itemRow[one] ?? 0) * points), line);
    for (let q = 0; q < points - 1; q += 1) { const d = (line[q + 1] ?? 0) - (line[q] ?? 0); const e = exp(d); up[q] = e; down[q] = 1 / e; }
  };
  for (let place = 0; place < booklets.rows.length; place += 1) {
    const row = booklets.rows[place] ?? 0;
    if (only !== undefined && only[row] === 0) continue;
    if (booklets.of[place] !== booklet) { close(); open(booklets.of[place] ?? 0); }
    const [start, end] = [rowStart[row] ?? 0, rowStart[row + 1] ?? 0];
    let [sum, constant] = [0, 0];
    for (let r = start; r < end; r += 1) {
      if (isMixed) { const one = item[r] ?? 0; if (exponential[one] === 0 || tells[one] === 0) continue; }
      const at = cell[r] ?? 0;
      sum += slope[at] ?? 0;
      constant += shift[at] ?? 0;
    }
    if (!isMixed) walk(line, up, down, node, sum, spacing, out);
    else {
      for (let q = 0; q < points; q += 1) work[q] = (line[q] ?? 0) + sum * (node[q] ?? 0);
      addRowsOf(table, tableRows(start, end), work);
      spread(out);
    }
    const { from, to, total } = out;
    const count = weight[row] ?? 1;
    logLikelihood += count * (out.peak + constant + log(total));
    if (onRow !== undefined) {
      const posterior = new Float64Array(points);
      for (let q = from; q <= to; q += 1) posterior[q] = (work[q] ?? 0) / total;
      onRow(row, posterior);
      continue;
    }
    const scale = count / total;
    let first = 0;
    for (let q = from; q <= to; q += 1) { const w = (work[q] ?? 0) * scale; work[q] = w; here[q] = (here[q] ?? 0) + w; first += w * (node[q] ?? 0); }
    if (from < lowest) lowest = from;
    if (to > highest) highest = to;
    for (let r = start; r < end; r += 1) {
      const at = cell[r] ?? 0;
      if (!isMixed || exponential[item[r] ?? 0] === 1) { persons[at] = (persons[at] ?? 0) + count; eaps[at] = (eaps[at] ?? 0) + first; continue; }
      let place = at * points + from;
      for (let q = from; q <= to; q += 1, place += 1) byNode[place] = (byNode[place] ?? 0) + (work[q] ?? 0);
    }
  }
  close();
  return { logLikelihood, mass };

  /** Where the rows of ln P begin of the items that are no exponential family and tell about ability. */
  function tableRows(start: number, end: number): Uint32Array {
    let length = 0;
    for (let r = start; r < end; r += 1) { const one = item[r] ?? 0; if (exponential[one] === 0 && tells[one] === 1) { starts[length] = (cell[r] ?? 0) * points; length += 1; } }
    return starts.subarray(0, length);
  }
}

/** Adds rows of the table to `out`, four at a time: `out` is read and written once for all four. */
function addRowsOf(table: Float64Array, starts: Uint32Array, out: Float64Array): void {
  const points = out.length;
  let n = 0;
  for (; n + 3 < starts.length; n += 4) {
    const [a, b, c, d] = [starts[n] ?? 0, starts[n + 1] ?? 0, starts[n + 2] ?? 0, starts[n + 3] ?? 0];
    for (let q = 0; q < points; q += 1) out[q] = (out[q] ?? 0) + ((table[a + q] ?? 0) + (table[b + q] ?? 0)) + ((table[c + q] ?? 0) + (table[d + q] ?? 0));
  }
  for (; n < starts.length; n += 1) { const a = starts[n] ?? 0; for (let q = 0; q < points; q += 1) out[q] = (out[q] ?? 0) + (table[a + q] ?? 0); }
}
