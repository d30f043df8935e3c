/**
 * The loops in which calibration spends its time, over rows of numbers in one memory: in WebAssembly (two numbers at a
 * time, five times as fast) where the engine allows it, else in TypeScript; the same bits either way. `row-kernels.wat`
 * is the source, `npm run kernels` writes the bytes.
 */
import { IrtError } from '../errors.ts';
import { rowKernelBytes } from './row-kernels-bytes.ts';
import { plainKernels } from './row-kernels-plain.ts';

/**
 * Addresses and lengths in bytes; a row begins at a multiple of 16 and is a multiple of 16 long. `list`: 32-bit
 * addresses of rows.
 */
export interface RowKernels {
  /** out += the rows of the list. */
  addRows(list: number, count: number, out: number, length: number): void;
  /** row = e^(row − its largest), 0 below e^−43; the largest is put behind the row; gives the sum. */
  softmax(row: number, length: number): number;
  /** row ·= factor and here += row, from byte `from` up to `to`; gives Σ row·node. */
  addExpectedCounts(row: number, from: number, to: number, factor: number, here: number, node: number): number;
  /** Adds `row`, from byte `from` up to `to`, to every row of the list moved on by `shift` bytes. */
  addToRows(list: number, count: number, shift: number, row: number, from: number, to: number): void;
}

/** What of WebAssembly is used; the library has no types of a host. */
interface Host {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly host: { readonly memory: object } },
  ) => { readonly exports: object };
  validate(bytes: Uint8Array): boolean;
}

const isHost = (value: unknown): value is Host =>
  typeof value === 'object' &&
  value !== null &&
  ['Memory', 'Module', 'Instance', 'validate'].every((name) => name in value);
const isKernels = (value: object): value is RowKernels =>
  ['addRows', 'softmax', 'addExpectedCounts', 'addToRows'].every((name) => name in value);

const page = 65_536;
/** 32-bit addresses. */
const mostBytes = 4 * 1024 * 1024 * 1024 - page;

export interface KernelMemory {
  readonly kernels: RowKernels;
  readonly isWebAssembly: boolean;
  numbers(length: number): Float64Array;
  addresses(length: number): Uint32Array;
}

/**
 * Memory for `bytes` (each array takes up to 16 more), and the loops over it. Throws IrtError when it does not fit
 * 32-bit addresses.
 */
export function createKernelMemory(bytes: number, preference: 'fastest' | 'plain' = 'fastest'): KernelMemory {
  if (!(bytes <= mostBytes))
    throw new IrtError('too-large', 'bytes', bytes, `must be at most ${mostBytes}: divide the data over more workers`);
  const { buffer, kernels, isWebAssembly } = (preference === 'fastest' ? assembled(bytes) : undefined) ?? plain(bytes);
  let next = 16;
  const take = (length: number): number => {
    const at = next;
    next = Math.ceil((at + length) / 16) * 16;
    return at;
  };
  return {
    kernels,
    isWebAssembly,
    numbers: (length) => new Float64Array(buffer, take(8 * length), length),
    addresses: (length) => new Uint32Array(buffer, take(4 * length), length),
  };
}

interface KernelHost {
  readonly buffer: ArrayBuffer;
  readonly kernels: RowKernels;
  readonly isWebAssembly: boolean;
}

function plain(bytes: number): KernelHost {
  const buffer = new ArrayBuffer(Math.ceil((bytes + 16) / 16) * 16);
  return { buffer, kernels: plainKernels(buffer), isWebAssembly: false };
}

/** Undefined where there is no WebAssembly, no 128-bit operations, or a content security policy that forbids it. */
function assembled(bytes: number): KernelHost | undefined {
  const host: unknown = Reflect.get(globalThis, 'WebAssembly');
  if (!isHost(host) || !host.validate(rowKernelBytes)) return undefined;
  try {
    const memory = new host.Memory({ initial: Math.ceil((bytes + 16) / page) });
    const { exports } = new host.Instance(new host.Module(rowKernelBytes), { host: { memory } });
    return isKernels(exports) ? { buffer: memory.buffer, kernels: exports, isWebAssembly: true } : undefined;
  } catch {
    return undefined;
  }
}
