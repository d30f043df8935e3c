/**
 * The E-step on several threads. Every thread keeps the rows of its own chunks; parameters go out and sums come back through shared memory, and are
 * added up in the order of the chunks, so that the number of threads changes no bit. The calling thread works too, then waits (`Atomics.wait`: not
 * on a browser's main thread). A worker that does not answer is left out and its chunks are computed here.
 */
import { type RowData, rowsOfChunks } from './rows.ts';
import { createSlice, type Shape, type Slice, type SliceInput, sumsLayout } from './slice.ts';

/** Threads of the host, reusable from one calibration to the next. */
export interface CalibrationTeam {
  /** Workers beside the calling thread. */
  readonly workers: number;
  /** A worker that takes longer than this from the moment the calling thread is done is not waited for again; default 60,000. */
  readonly patienceMs?: number;
  /** Hands `work` to a worker (0-based), which must call `serveCalibration(work)`; must not wait for it. */
  assign(worker: number, work: TeamWork): void;
}

/** What a worker gets: plain data and shared memory, so it can be posted. */
export interface TeamWork { readonly worker: number; readonly chunks: readonly number[]; readonly rows: RowData; readonly shape: Shape; readonly allRows: number; readonly shared: Shared }

/** `control`: generation, command, and of each worker the last generation it finished. `input`: table, slope, mean, variance, histogram. `sums`: of each chunk. */
interface Shared { readonly control: SharedArrayBuffer; readonly input: SharedArrayBuffer; readonly only: SharedArrayBuffer; readonly sums: SharedArrayBuffer }

const [generationAt, commandAt, firstWorkerAt] = [0, 1, 2];
const [stop, workOnAll, workOnSome] = [0, 1, 2];
const defaultPatienceMs = 60_000;

/** Calls `add` with the sums of each chunk, in their order. `stop` lets the workers go. */
export interface Runner {
  run(input: SliceInput, add: (sums: Float64Array) => void, only?: Uint8Array, onRow?: (row: number, posterior: Float64Array) => void): void;
  stop(): void;
}

function views(shared: Shared, { lines, stride, cells, densities, node, hasHistogram }: Shape): { control: Int32Array; input: SliceInput; only: Uint8Array; sumsOf: (chunk: number, length: number) => Float64Array } {
  const all = new Float64Array(shared.input);
  let at = 0;
  const take = (length: number): Float64Array => { at += length; return all.subarray(at - length, at); };
  return {
    control: new Int32Array(shared.control), only: new Uint8Array(shared.only),
    input: { table: take(lines * stride), slope: take(cells), mean: take(densities), variance: take(densities), histogram: take(hasHistogram ? densities * node.length : 0) },
    sumsOf: (chunk, length) => new Float64Array(shared.sums, 8 * chunk * length, length),
  };
}

/** All chunks one after another on this thread. */
export function runHere(rows: RowData, shape: Shape): Runner {
  const slice = createSlice(rows, shape);
  return {
    run(input, add, only, onRow) {
      slice.begin(input);
      for (let chunk = 0; chunk + 1 < rows.chunkStart.length; chunk += 1) add(slice.sums(chunk, only, onRow));
    },
    stop: () => undefined,
  };
}

/** What a worker of the host does with the work it was handed; returns when the calibration is over. */
export function serveCalibration({ worker, chunks, rows, shape, shared }: TeamWork): void {
  const { control, input, only, sumsOf } = views(shared, shape);
  const slice = createSlice(rows, shape);
  const { length } = sumsLayout(shape);
  for (let seen = 0; ;) {
    Atomics.wait(control, generationAt, seen);
    seen = Atomics.load(control, generationAt);
    const command = Atomics.load(control, commandAt);
    if (command === stop) return;
    slice.begin(input);
    chunks.forEach((chunk, n) => { sumsOf(chunk, length).set(slice.sums(n, command === workOnSome ? only : undefined)); });
    Atomics.store(control, firstWorkerAt + worker, seen);
    Atomics.notify(control, firstWorkerAt + worker);
  }
}

/** Chunk n is worked on by member n modulo their number; the calling thread is member 0. */
export function runAsTeam(rows: RowData, shape: Shape, team: CalibrationTeam, allRows: number): Runner {
  const members = team.workers + 1;
  const chunks = rows.chunkStart.length - 1;
  if (team.workers < 1 || chunks < 2) return runHere(rows, shape);
  const { length } = sumsLayout(shape);
  const { lines, stride, cells, densities, node, hasHistogram } = shape;
  const shared: Shared = {
    control: new SharedArrayBuffer(4 * (firstWorkerAt + team.workers)), input: new SharedArrayBuffer(8 * (lines * stride + cells + 2 * densities + (hasHistogram ? densities * node.length : 0))),
    only: new SharedArrayBuffer(allRows), sums: new SharedArrayBuffer(8 * chunks * length),
  };
  const { control, input, only: mask, sumsOf } = views(shared, shape);
  const chunksOf = (member: number): number[] => Array.from({ length: chunks }, (_, n) => n).filter((n) => n % members === member);
  for (let worker = 0; worker < team.workers; worker += 1) team.assign(worker, { worker, chunks: chunksOf(worker + 1), rows: rowsOfChunks(rows, chunksOf(worker + 1)), shape, allRows, shared });
  const own = createSlice(rowsOfChunks(rows, chunksOf(0)), shape);
  const lost = new Set<number>();
  let whole: Slice | undefined;
  let generation = 0;

  function command(what: number): void {
    generation += 1;
    Atomics.store(control, commandAt, what);
    Atomics.store(control, generationAt, generation);
    Atomics.notify(control, generationAt);
  }
  /** Whether the worker finished this generation in time. */
  function answers(worker: number): boolean {
    for (;;) {
      const finished = Atomics.load(control, firstWorkerAt + worker);
      if (finished === generation) return true;
      if (Atomics.wait(control, firstWorkerAt + worker, finished, team.patienceMs ?? defaultPatienceMs) === 'timed-out') return false;
    }
  }

  return {
    run(next, add, only, onRow) {
      if (onRow !== undefined) { runHere(rows, shape).run(next, add, only, onRow); return; }
      input.table.set(next.table); input.slope.set(next.slope); input.mean.set(next.mean); input.variance.set(next.variance); input.histogram.set(next.histogram);
      if (only !== undefined) mask.set(only);
      command(only === undefined ? workOnAll : workOnSome);
      own.begin(next);
      chunksOf(0).forEach((chunk, n) => { sumsOf(chunk, length).set(own.sums(n, only)); });
      for (let worker = 0; worker < team.workers; worker += 1) if (!lost.has(worker) && !answers(worker)) lost.add(worker);
      for (let chunk = 0; chunk < chunks; chunk += 1) {
        const isLost = lost.has((chunk % members) - 1);
        if (isLost) { if (whole === undefined) whole = createSlice(rows, shape); whole.begin(next); }
        add(isLost && whole !== undefined ? whole.sums(chunk, only) : sumsOf(chunk, length));
      }
    },
    stop: () => { command(stop); },
  };
}
