/**
 * The E-step on several threads. Each takes the next chunk of rows that nobody has taken; parameters go out and sums
 * come back through shared memory, and are added up in the order of the chunks, so that neither the number of threads
 * nor their speed changes a bit. The calling thread works too, then waits for the chunks that others took
 * (`Atomics.wait`: not on a browser's main thread). Where one does not come back, the calling thread goes on alone.
 */
import { type Lists, type RowData } from './rows.ts';
import { createSlice, type SliceShape, type SliceInput, sumsLayout } from './slice.ts';

/** Threads of the host, reusable from one calibration to the next. */
export interface CalibrationTeam {
  /** Workers beside the calling thread. */
  readonly workers: number;
  /** How long the calling thread waits for a chunk, from when it has nothing to do itself; default 60,000. */
  readonly patienceMs?: number;
  /** Hands `work` to a worker (0-based), which must call `serveCalibration(work)`; must not wait for it. */
  assign(worker: number, work: TeamWork): void;
}

/** What a worker gets: plain data and shared memory, so it can be posted. */
export interface TeamWork {
  readonly rows: RowData;
  readonly shape: SliceShape;
  readonly shared: SharedMemory;
}

/**
 * `control`: generation, command, the next chunk to take, then of each chunk the generation in which its sums were last
 * put down. `input`: table, slope, mean, variance, histogram. `sums`: of each chunk.
 */
interface SharedMemory {
  readonly control: SharedArrayBuffer;
  readonly input: SharedArrayBuffer;
  readonly only: SharedArrayBuffer;
  readonly sums: SharedArrayBuffer;
}

const [generationAt, commandAt, nextAt, doneAt] = [0, 1, 2, 3];
const [stop, workOnAll, workOnSome] = [0, 1, 2];
const defaultPatienceMs = 60_000;
/**
 * The next chunk is kept as generation · this + chunk, so that nobody takes a chunk of a generation whose parameters it
 * has not read. More than there ever are chunks (rows.ts).
 */
const perGeneration = 256;

/** Calls `add` with the sums of each chunk, in their order. `stop` lets the workers go. */
export interface Runner {
  run(
    input: SliceInput,
    add: (sums: Float64Array) => void,
    only?: Uint8Array,
    onRow?: (row: number, posterior: Float64Array) => void,
  ): void;
  stop(): void;
}

const chunksOf = ({ chunkStart }: RowData): number => chunkStart.length - 1;

function views(
  shared: SharedMemory,
  { lines, stride, cells, densities, node, hasHistogram }: SliceShape,
): {
  control: Int32Array;
  input: SliceInput;
  only: Uint8Array;
  sumsOf: (chunk: number, length: number) => Float64Array;
} {
  const all = new Float64Array(shared.input);
  let at = 0;
  const take = (length: number): Float64Array => {
    at += length;
    return all.subarray(at - length, at);
  };
  return {
    control: new Int32Array(shared.control),
    only: new Uint8Array(shared.only),
    input: {
      table: take(lines * stride),
      slope: take(cells),
      mean: take(densities),
      variance: take(densities),
      histogram: take(hasHistogram ? densities * node.length : 0),
    },
    sumsOf: (chunk, length) => new Float64Array(shared.sums, 8 * chunk * length, length),
  };
}

/** The next chunk of this generation; undefined when all are taken or another generation has begun. */
function takeChunk(control: Int32Array, generation: number, chunks: number): number | undefined {
  for (;;) {
    const next = Atomics.load(control, nextAt);
    const chunk = next - generation * perGeneration;
    if (chunk < 0 || chunk >= chunks) return undefined;
    if (Atomics.compareExchange(control, nextAt, next, next + 1) === next) return chunk;
  }
}

/** The same rows in memory that threads share. */
function share(rows: RowData): RowData {
  const numbers = (of: Uint32Array): Uint32Array => {
    const out = new Uint32Array(new SharedArrayBuffer(4 * of.length));
    out.set(of);
    return out;
  };
  const lists = ({ start, informativeEnd, value }: Lists): Lists => ({
    start: numbers(start),
    informativeEnd: numbers(informativeEnd),
    value: numbers(value),
  });
  const weight = new Float64Array(new SharedArrayBuffer(8 * rows.weight.length));
  weight.set(rows.weight);
  return {
    chunkStart: numbers(rows.chunkStart),
    row: numbers(rows.row),
    weight,
    booklet: numbers(rows.booklet),
    scored: lists(rows.scored),
    listed: lists(rows.listed),
    shared: lists(rows.shared),
    density: numbers(rows.density),
    size: numbers(rows.size),
  };
}

/** All chunks one after another on this thread. */
export function runHere(rows: RowData, shape: SliceShape): Runner {
  const slice = createSlice(rows, shape);
  return {
    run(input, add, only, onRow) {
      slice.begin(input);
      for (let chunk = 0; chunk < chunksOf(rows); chunk += 1) add(slice.sums(chunk, only, onRow));
    },
    stop: () => undefined,
  };
}

/**
 * What a worker of the host does with the work it was handed; returns when the calibration is over.
 *
 * @example
 * ```ts
 * import { Worker } from 'node:worker_threads';
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { calibrateItems, type CalibrationTeam, responseMatrix } from 'itemresponsetheory/calibration';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   Array.from({ length: 15 }, (_, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty: (n - 7) / 5 })),
 * );
 * const rows = Array.from({ length: 2000 }, (_, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, theta, random));
 * });
 * // The worker's code, in earnest a file of its own.
 * const code = `Promise.all([import('node:worker_threads'), import('itemresponsetheory/calibration')]).then(
 *   ([{ workerData }, { serveCalibration }]) => serveCalibration(workerData),
 * )`;
 * const team: CalibrationTeam = {
 *   workers: 1,
 *   assign: (_worker, workerData) => new Worker(code, { eval: true, workerData }),
 * };
 * const { items, converged } = calibrateItems(responseMatrix(rows), { models: '2pl', team });
 * console.log(items.length, converged); // → 15 true
 * ```
 */
export function serveCalibration({ rows, shape, shared }: TeamWork): void {
  const { control, input, only, sumsOf } = views(shared, shape);
  const slice = createSlice(rows, shape);
  const { length } = sumsLayout(shape);
  for (let seen = 0; ;) {
    Atomics.wait(control, generationAt, seen);
    seen = Atomics.load(control, generationAt);
    const command = Atomics.load(control, commandAt);
    if (command === stop) return;
    slice.begin(input);
    for (
      let chunk = takeChunk(control, seen, chunksOf(rows));
      chunk !== undefined;
      chunk = takeChunk(control, seen, chunksOf(rows))
    ) {
      sumsOf(chunk, length).set(slice.sums(chunk, command === workOnSome ? only : undefined));
      Atomics.store(control, doneAt + chunk, seen);
      Atomics.notify(control, doneAt + chunk);
    }
  }
}

function sharedMemory(
  { lines, stride, cells, densities, node, hasHistogram }: SliceShape,
  chunks: number,
  length: number,
  allRows: number,
): SharedMemory {
  const weights = hasHistogram ? densities * node.length : 0;
  return {
    control: new SharedArrayBuffer(4 * (doneAt + chunks)),
    input: new SharedArrayBuffer(8 * (lines * stride + cells + 2 * densities + weights)),
    only: new SharedArrayBuffer(allRows),
    sums: new SharedArrayBuffer(8 * chunks * length),
  };
}

function copyInput(to: SliceInput, from: SliceInput): void {
  to.table.set(from.table);
  to.slope.set(from.slope);
  to.mean.set(from.mean);
  to.variance.set(from.variance);
  to.histogram.set(from.histogram);
}

/** What the calling thread says to the workers, and what it hears from them. */
interface Orders {
  /** Begins a new generation of work. */
  give(command: number): void;
  /** The next chunk of this generation that nobody has taken. */
  take(): number | undefined;
  /** The sums of this chunk stand in shared memory. */
  done(chunk: number): void;
  /** Whether they come in time. */
  awaits(chunk: number): boolean;
}

function ordersOf(control: Int32Array, chunks: number, patienceMs: number): Orders {
  let generation = 0;
  return {
    give(command) {
      generation += 1;
      Atomics.store(control, commandAt, command);
      Atomics.store(control, nextAt, generation * perGeneration);
      Atomics.store(control, generationAt, generation);
      Atomics.notify(control, generationAt);
    },
    take: () => takeChunk(control, generation, chunks),
    done(chunk) {
      Atomics.store(control, doneAt + chunk, generation);
    },
    awaits(chunk) {
      for (;;) {
        const done = Atomics.load(control, doneAt + chunk);
        if (done === generation) return true;
        if (Atomics.wait(control, doneAt + chunk, done, patienceMs) === 'timed-out') return false;
      }
    },
  };
}

export function runAsTeam(rows: RowData, shape: SliceShape, team: CalibrationTeam, allRows: number): Runner {
  const chunks = chunksOf(rows);
  if (team.workers < 1 || chunks < 2) return runHere(rows, shape);
  const { length } = sumsLayout(shape);
  const shared = sharedMemory(shape, chunks, length, allRows);
  const { control, input, only: mask, sumsOf } = views(shared, shape);
  const sharedRows = share(rows);
  for (let worker = 0; worker < team.workers; worker += 1) team.assign(worker, { rows: sharedRows, shape, shared });
  const own = createSlice(rows, shape);
  const orders = ordersOf(control, chunks, team.patienceMs ?? defaultPatienceMs);
  let isAlone = false;

  /** Whether all sums of this generation stand in shared memory. */
  function runTogether(next: SliceInput, only: Uint8Array | undefined): boolean {
    copyInput(input, next);
    if (only !== undefined) mask.set(only);
    orders.give(only === undefined ? workOnAll : workOnSome);
    for (let chunk = orders.take(); chunk !== undefined; chunk = orders.take()) {
      sumsOf(chunk, length).set(own.sums(chunk, only));
      orders.done(chunk);
    }
    for (let chunk = 0; chunk < chunks; chunk += 1) if (!orders.awaits(chunk)) return false;
    return true;
  }

  return {
    run(next, add, only, onRow) {
      own.begin(next);
      if (!isAlone && onRow === undefined) {
        if (runTogether(next, only)) {
          for (let chunk = 0; chunk < chunks; chunk += 1) add(sumsOf(chunk, length));
          return;
        }
        // A late worker may still write its sums, so this memory is not used any more.
        isAlone = true;
        orders.give(stop);
      }
      for (let chunk = 0; chunk < chunks; chunk += 1) add(own.sums(chunk, only, onRow));
    },
    stop: () => {
      orders.give(stop);
    },
  };
}
