/**
 * The E-step over a chunk of rows. Rasch, 2PL, the partial credit family and nominal items are exponential families, ln
 * P_k = s_k·θ + t_k + base(θ): a person's row is θ·Σs + Σt and one base line that all rows of the booklet share
 * (quadrature/posterior-recurrence.ts). Graded and 3PL items, and fixed ones, add their lines of the table of ln P.
 */
import { createKernelMemory, type RowKernels } from '../kernels/row-kernels.ts';
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
/** For booklets of fewer rows the ratios of the recurrence cost more than they save. */
const fewestByRecurrence = 3;

/** Posterior of one row: `from`..`to` are the nodes that carry weight; `peak`: ln of the weight that was set to 1. */
interface RowPosterior {
  from: number;
  to: number;
  total: number;
  peak: number;
}

/** The slice's arrays in the kernels' memory, and their addresses. */
interface SliceMemory {
  readonly kernels: RowKernels;
  /** Of a line, in bytes. */
  readonly length: number;
  readonly table: Float64Array;
  readonly sums: Float64Array;
  /** ln of prior and base lines of the booklet. */ readonly line: Float64Array;
  /** Persons of the booklet at each node. */ readonly here: Float64Array;
  readonly nodes: Float64Array;
  /** Of the row's posterior; ln of its largest may stand behind it. */ readonly weight: Float64Array;
  readonly listedAt: number;
  readonly sharedAt: number;
  /** From a line of the table to that of the sums. */ readonly toSums: number;
}

function sliceMemory(
  data: RowData,
  { node, stride, lines }: SliceShape,
  layout: SumsLayout,
  preference: 'fastest' | 'plain',
): SliceMemory {
  const bytes =
    8 * (lines * stride + layout.length + 4 * stride + 2) +
    4 * (data.listed.value.length + data.shared.value.length) +
    1024;
  const memory = createKernelMemory(bytes, preference);
  const length = 8 * stride;
  const table = memory.numbers(lines * stride);
  const sums = memory.numbers(layout.length);
  const [line, here, nodes] = [memory.numbers(stride), memory.numbers(stride), memory.numbers(stride)];
  const weight = memory.numbers(stride + 2);
  nodes.set(node);
  const addressesOf = ({ value }: Lists): number => {
    const list = memory.addresses(value.length);
    for (let n = 0; n < value.length; n += 1) list[n] = table.byteOffset + value[n] * length;
    return list.byteOffset;
  };
  return {
    kernels: memory.kernels,
    length,
    table,
    sums,
    line,
    here,
    nodes,
    weight,
    listedAt: addressesOf(data.listed),
    sharedAt: addressesOf(data.shared),
    toSums: sums.byteOffset - table.byteOffset,
  };
}

/** All nodes by exponentials: line + sum·θ and the row's own lines of the table. */
function softmaxAtAllNodes(
  { kernels, line, nodes, weight, listedAt, length }: SliceMemory,
  { start, informativeEnd }: Lists,
  sum: number,
  place: number,
  out: RowPosterior,
): void {
  const stride = line.length;
  weight.set(line);
  if (sum !== 0) for (let q = 0; q < stride; q += 1) weight[q] += sum * nodes[q];
  const from = start[place];
  kernels.addRows(listedAt + 4 * from, informativeEnd[place] - from, weight.byteOffset, length);
  out.total = kernels.softmax(weight.byteOffset, length);
  out.peak = weight[stride];
  let [first, last] = [0, stride - 2];
  while (first < last && weight[first] === 0 && weight[first + 1] === 0) first += 2;
  while (last > first && weight[last] === 0 && weight[last + 1] === 0) last -= 2;
  out.from = first;
  out.to = last + 2;
}

/** Posteriors of the rows of one booklet after another. */
interface BookletPosteriors {
  begin(input: SliceInput): void;
  open(booklet: number): void;
  /** Of the row at this place of the open booklet: weights in memory, the rest returned; valid until the next call. */
  at(place: number): RowPosterior;
}

const empty = new Float64Array(0);

function bookletPosteriors(data: RowData, shape: SliceShape, memory: SliceMemory): BookletPosteriors {
  const { node } = shape;
  const { kernels, line, length, sharedAt } = memory;
  const recurrence = createPosteriorRecurrence(node, memory.weight);
  const bySoftmax: RowPosterior = { from: 0, to: 0, total: 0, peak: 0 };
  let input: SliceInput = { table: empty, slope: empty, mean: empty, variance: empty, histogram: empty };
  let isByRecurrence = false;
  let prior: { readonly density: number; readonly logWeight: Float64Array } = { density: -1, logWeight: empty };
  const logPriorOf = (density: number): Float64Array =>
    shape.hasHistogram
      ? input.histogram.subarray(density * node.length, (density + 1) * node.length)
      : normalOnGrid(node, input.mean[density], input.variance[density]).logWeight;
  return {
    begin(next) {
      input = next;
      prior = { density: -1, logWeight: empty };
    },
    open(booklet) {
      const { start, informativeEnd } = data.shared;
      const density = data.density[booklet];
      if (density !== prior.density) prior = { density, logWeight: logPriorOf(density) };
      line.fill(nowhere);
      line.set(prior.logWeight);
      const from = start[booklet];
      kernels.addRows(sharedAt + 4 * from, informativeEnd[booklet] - from, line.byteOffset, length);
      // A histogram may have several modes.
      isByRecurrence = data.size[booklet] >= fewestByRecurrence && !shape.hasHistogram;
      if (isByRecurrence) recurrence.setBaseLine(line);
    },
    at(place) {
      const { start, informativeEnd, value } = data.scored;
      const { slope } = input;
      let sum = 0;
      for (let n = start[place]; n < informativeEnd[place]; n += 1) sum += slope[value[n]];
      const hasListed = data.listed.start[place] < data.listed.informativeEnd[place];
      if (!isByRecurrence || hasListed) {
        softmaxAtAllNodes(memory, data.listed, sum, place, bySoftmax);
        return bySoftmax;
      }
      recurrence.fill(sum);
      return recurrence;
    },
  };
}

/** The expected counts of a chunk. */
interface ChunkSums {
  /** Adds the row at this place, whose posterior stands in memory. */
  add(place: number, posterior: RowPosterior): void;
  /** What the booklet's rows have in common is added once. */
  close(booklet: number): void;
}

function chunkSums(data: RowData, shape: SliceShape, layout: SumsLayout, memory: SliceMemory): ChunkSums {
  const { kernels, sums, here, nodes, weight, listedAt, sharedAt, toSums } = memory;
  const { stride, perDensity } = shape;
  /** The nodes that some row of the open booklet carries weight at. */
  let [lowest, highest] = [stride, -1];

  function addDensity(at: number): void {
    for (let q = lowest; q < highest; q += 1) {
      if (perDensity === 'nodes') {
        sums[at + q] += here[q];
        continue;
      }
      const [w, theta] = [here[q], nodes[q]];
      sums[at] += w;
      sums[at + 1] += w * theta;
      sums[at + 2] += w * theta * theta;
    }
  }

  return {
    add(place, { from, to, total, peak }) {
      const count = data.weight[place];
      sums[layout.logLikelihood] += count * (peak + log(total));
      const [row, factor] = [weight.byteOffset, count / total];
      const eap = kernels.addExpectedCounts(row, 8 * from, 8 * to, factor, here.byteOffset, nodes.byteOffset);
      if (from < lowest) lowest = from;
      if (to > highest) highest = to;
      const { start, value } = data.scored;
      for (let n = start[place]; n < start[place + 1]; n += 1) sums[layout.eap + value[n]] += eap;
      const [listed, end] = [data.listed.start[place], data.listed.start[place + 1]];
      if (end > listed) kernels.addToRows(listedAt + 4 * listed, end - listed, toSums, row, 8 * from, 8 * to);
    },
    close(booklet) {
      if (highest < 0) return;
      const [first, end] = [data.shared.start[booklet], data.shared.start[booklet + 1]];
      kernels.addToRows(sharedAt + 4 * first, end - first, toSums, here.byteOffset, 8 * lowest, 8 * highest);
      addDensity(layout.density + layout.width * data.density[booklet]);
      here.fill(0);
      [lowest, highest] = [stride, -1];
    },
  };
}

export function createSlice(data: RowData, shape: SliceShape, preference: 'fastest' | 'plain' = 'fastest'): Slice {
  const layout = sumsLayout(shape);
  const memory = sliceMemory(data, shape, layout, preference);
  const { sums, table, weight } = memory;
  const posteriors = bookletPosteriors(data, shape, memory);
  const expected = chunkSums(data, shape, layout, memory);
  return {
    begin(input) {
      table.set(input.table);
      posteriors.begin(input);
    },
    sums(chunk, only, onRow) {
      sums.fill(0);
      let booklet = -1;
      for (let place = data.chunkStart[chunk]; place < data.chunkStart[chunk + 1]; place += 1) {
        const row = data.row[place];
        if (only !== undefined && only[row] === 0) continue;
        const next = data.booklet[place];
        if (next !== booklet) {
          if (booklet >= 0) expected.close(booklet);
          booklet = next;
          posteriors.open(booklet);
        }
        const posterior = posteriors.at(place);
        if (onRow === undefined) expected.add(place, posterior);
        else onRow(row, normalised(weight, posterior, shape.node.length));
      }
      if (booklet >= 0) expected.close(booklet);
      return sums;
    },
  };
}

function normalised(weight: Float64Array, { from, to, total }: RowPosterior, points: number): Float64Array {
  const out = new Float64Array(points);
  for (let q = from; q < Math.min(to, points); q += 1) out[q] = weight[q] / total;
  return out;
}
