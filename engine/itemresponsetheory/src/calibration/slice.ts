/**
 * The E-step over a chunk of rows. Rasch, 2PL, the partial credit family and nominal items are exponential families, ln
 * P_k = s_k·θ + t_k + base(θ): a
 * person's row is θ·Σs + Σt and one base line that all rows of the booklet share (quadrature/posterior-recurrence.ts).
 * Graded and 3PL items, and fixed ones, add their lines of the table of ln P.
 */
import { createKernelMemory } from '../kernels/row-kernels.ts';
import { log } from '../numeric/elementary.ts';
import { createPosteriorRecurrence } from '../quadrature/posterior-recurrence.ts';
import { normalOnGrid } from './latent.ts';
import type { Lists, RowData } from './rows.ts';

/** Sizes of a problem. `stride`: nodes, one more when they are odd. Lines of the table are `stride` long. */
export interface SliceShape {
  readonly node: Float64Array;
  readonly stride: number;
  readonly lines: number;
  readonly cells: number;
  readonly densities: number;
  /** What is summed of each density: its persons at each node, or their number, Σθ and Σθ². */ readonly perDensity:
    'nodes' | 'moments';
  readonly hasHistogram: boolean;
}

/**
 * Where what stands in a chunk's sums: by line of the table persons at each node (of ln P_0: those who got the item),
 * by cell ΣEAP, by density, and ln L.
 */
export interface SumsLayout {
  readonly byLine: number;
  readonly eap: number;
  readonly density: number;
  readonly width: number;
  readonly logLikelihood: number;
  readonly length: number;
}
export function sumsLayout({ stride, lines, cells, densities, perDensity }: SliceShape): SumsLayout {
  const eap = lines * stride;
  const density = eap + cells;
  const width = perDensity === 'nodes' ? stride : 3;
  return {
    byLine: 0,
    eap,
    density,
    width,
    logLikelihood: density + densities * width,
    length: density + densities * width + 1,
  };
}

/** What changes from cycle to cycle. */
export interface SliceInput {
  readonly table: Float64Array;
  /** s by cell. */ readonly slope: Float64Array;
  /** Of the normal densities. */ readonly mean: Float64Array;
  readonly variance: Float64Array;
  /** ln weights at the nodes, density after density; empty for normal ones. */ readonly histogram: Float64Array;
}

export interface Slice {
  /** Copies the table in. */
  begin(input: SliceInput): void;
  /**
   * Sums of a chunk, valid until the next call; rows of which `only` is 0 are left out; `onRow` gets each row's
   * normalised posterior instead of the sums.
   */
  sums(chunk: number, only?: Uint8Array, onRow?: (row: number, posterior: Float64Array) => void): Float64Array;
}

/** ln weight of the node that only fills up the line. */
const nowhere = -1e300;
/** Booklets of fewer rows are not worth their ratios. */
const fewestWalked = 3;

/** Posterior of one row: `from`..`to` are the nodes that carry weight; `peak`: ln of the weight that was set to 1. */
interface RowPosterior {
  from: number;
  to: number;
  total: number;
  peak: number;
}

export function createSlice(data: RowData, shape: SliceShape, preference: 'fastest' | 'plain' = 'fastest'): Slice {
  const { node, stride, lines } = shape;
  const points = node.length;
  const layout = sumsLayout(shape);
  const bytes =
    8 * (lines * stride + layout.length + 4 * stride + 2) +
    4 * (data.listed.value.length + data.shared.value.length) +
    1024;
  const memory = createKernelMemory(bytes, preference);
  const { kernels } = memory;
  const length = 8 * stride;
  const table = memory.numbers(lines * stride);
  const sums = memory.numbers(layout.length);
  const [line, here, nodes] = [memory.numbers(stride), memory.numbers(stride), memory.numbers(stride)];
  const weight = memory.numbers(stride + 2);
  const walker = createPosteriorRecurrence(node, weight);
  nodes.set(node);
  const addressesOf = ({ value }: Lists): Uint32Array => {
    const list = memory.addresses(value.length);
    for (let n = 0; n < value.length; n += 1) list[n] = table.byteOffset + value[n] * length;
    return list;
  };
  const [listedAt, sharedAt] = [addressesOf(data.listed).byteOffset, addressesOf(data.shared).byteOffset];
  const toSums = sums.byteOffset - table.byteOffset;
  const out: RowPosterior = { from: 0, to: 0, total: 0, peak: 0 };
  const empty = new Float64Array(0);
  let input: SliceInput = { table: empty, slope: empty, mean: empty, variance: empty, histogram: empty };
  let [booklet, isWalked, lowest, highest] = [-1, false, stride, -1];
  let prior: { readonly density: number; readonly logWeight: Float64Array } = { density: -1, logWeight: empty };

  function open(next: number, rows: number): void {
    const { start, informativeEnd } = data.shared;
    booklet = next;
    const density = data.density[next];
    if (density !== prior.density)
      prior = {
        density,
        logWeight: shape.hasHistogram
          ? input.histogram.subarray(density * points, (density + 1) * points)
          : normalOnGrid(node, input.mean[density], input.variance[density]).logWeight,
      };
    line.fill(nowhere);
    line.set(prior.logWeight);
    kernels.addRows(sharedAt + 4 * start[next], informativeEnd[next] - start[next], line.byteOffset, length);
    // A histogram may have several modes.
    isWalked = rows >= fewestWalked && !shape.hasHistogram;
    if (isWalked) walker.setBaseLine(line);
  }

  /** What the booklet's rows have in common is added once. */
  function close(): void {
    if (booklet < 0 || highest < 0) {
      booklet = -1;
      return;
    }
    const { start } = data.shared;
    kernels.addToRows(
      sharedAt + 4 * start[booklet],
      start[booklet + 1] - start[booklet],
      toSums,
      here.byteOffset,
      8 * lowest,
      8 * highest,
    );
    const at = layout.density + layout.width * data.density[booklet];
    if (shape.perDensity === 'nodes') for (let q = lowest; q < highest; q += 1) sums[at + q] += here[q];
    else
      for (let q = lowest; q < highest; q += 1) {
        const [w, theta] = [here[q], nodes[q]];
        sums[at] += w;
        sums[at + 1] += w * theta;
        sums[at + 2] += w * theta * theta;
      }
    here.fill(0);
    [booklet, lowest, highest] = [-1, stride, -1];
  }

  /** All nodes by exponentials: line + sum·θ and the row's own lines of the table. */
  function softmaxAtAllNodes(sum: number, place: number): void {
    weight.set(line);
    if (sum !== 0) for (let q = 0; q < stride; q += 1) weight[q] += sum * nodes[q];
    const from = data.listed.start[place];
    kernels.addRows(listedAt + 4 * from, data.listed.informativeEnd[place] - from, weight.byteOffset, length);
    out.total = kernels.softmax(weight.byteOffset, length);
    out.peak = weight[stride];
    let [first, last] = [0, stride - 2];
    while (first < last && weight[first] === 0 && weight[first + 1] === 0) first += 2;
    while (last > first && weight[last] === 0 && weight[last + 1] === 0) last -= 2;
    out.from = first;
    out.to = last + 2;
  }

  /** Posterior of the row at this place. */
  function posteriorAt(place: number): void {
    const { start, informativeEnd, value } = data.scored;
    const { slope } = input;
    let sum = 0;
    for (let n = start[place]; n < informativeEnd[place]; n += 1) sum += slope[value[n]];
    const hasListed = data.listed.start[place] < data.listed.informativeEnd[place];
    if (!isWalked || hasListed) {
      softmaxAtAllNodes(sum, place);
      return;
    }
    walker.walk(sum);
    out.from = walker.from;
    out.to = walker.to;
    out.total = walker.total;
    out.peak = walker.peak;
  }

  function add(place: number): void {
    const { from, to, total, peak } = out;
    const count = data.weight[place];
    sums[layout.logLikelihood] += count * (peak + log(total));
    const first = kernels.addExpectedCounts(
      weight.byteOffset,
      8 * from,
      8 * to,
      count / total,
      here.byteOffset,
      nodes.byteOffset,
    );
    if (from < lowest) lowest = from;
    if (to > highest) highest = to;
    const { start, value } = data.scored;
    for (let n = start[place]; n < start[place + 1]; n += 1) {
      const at = layout.eap + value[n];
      sums[at] += first;
    }
    const [listed, end] = [data.listed.start[place], data.listed.start[place + 1]];
    if (end > listed)
      kernels.addToRows(listedAt + 4 * listed, end - listed, toSums, weight.byteOffset, 8 * from, 8 * to);
  }

  return {
    begin(next) {
      input = next;
      table.set(input.table);
      prior = { density: -1, logWeight: empty };
    },
    sums(chunk, only, onRow) {
      sums.fill(0);
      for (let place = data.chunkStart[chunk]; place < data.chunkStart[chunk + 1]; place += 1) {
        const row = data.row[place];
        if (only !== undefined && only[row] === 0) continue;
        const next = data.booklet[place];
        if (next !== booklet) {
          close();
          open(next, data.size[next]);
        }
        posteriorAt(place);
        if (onRow === undefined) {
          add(place);
          continue;
        }
        const posterior = new Float64Array(points);
        for (let q = out.from; q < Math.min(out.to, points); q += 1) posterior[q] = weight[q] / out.total;
        onRow(row, posterior);
      }
      close();
      return sums;
    },
  };
}
