import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { exp } from '../numeric/elementary.ts';
import { rowKernelBytes } from './row-kernels-bytes.ts';
import { createKernelMemory, type KernelMemory } from './row-kernels.ts';

const points = 62;
const length = 8 * points;

/** The same work in either memory: rows 0–9 are summed into a row, spread, settled, and added to rows 10–19. */
function workOn(
  { kernels, numbers, addresses }: KernelMemory,
  values: readonly number[],
  listed: readonly number[],
): number[] {
  const table = numbers(20 * points);
  const [row, here, node] = [numbers(points + 2), numbers(points), numbers(points)];
  const list = addresses(listed.length);
  table.set(values.slice(0, 10 * points));
  node.set(Array.from({ length: points }, (_, q) => q / 5 - 6));
  list.set(listed.map((n) => table.byteOffset + n * length));
  kernels.addRows(list.byteOffset, list.length, row.byteOffset, length);
  const total = kernels.softmax(row.byteOffset, length);
  const first = kernels.addExpectedCounts(row.byteOffset, 16, length - 32, 1 / total, here.byteOffset, node.byteOffset);
  kernels.addToRows(list.byteOffset, list.length, 10 * length, row.byteOffset, 16, length - 32);
  return [total, first, ...row, ...here, ...table];
}

describe('loops over rows', () => {
  it('are the assembled text that stands beside them', async () => {
    const { parseWat } = await wabt();
    const module = parseWat('row-kernels.wat', readFileSync(new URL('row-kernels.wat', import.meta.url), 'utf8'), {
      simd: true,
    });
    expect(Buffer.from(module.toBinary({}).buffer).toString('hex')).toBe(Buffer.from(rowKernelBytes).toString('hex'));
  });

  it('give the same bits in WebAssembly and in TypeScript', () => {
    expect(createKernelMemory(1000).isWebAssembly).toBe(true);
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.double({ min: -60, max: 3, noNaN: true }), fc.double({ min: -1e308, max: 0, noNaN: true })),
          { minLength: 10 * points, maxLength: 10 * points },
        ),
        fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 10 }),
        (values, listed) => {
          expect(workOn(createKernelMemory(40_000), values, listed)).toEqual(
            workOn(createKernelMemory(40_000, 'plain'), values, listed),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('spread is the exponential to the last bit but one', () => {
    const { kernels, numbers } = createKernelMemory(20_000);
    const row = numbers(1002);
    row.set(Array.from({ length: 1000 }, (_, q) => -q * 0.0429));
    expect(kernels.softmax(row.byteOffset, 8000)).toBeGreaterThan(1);
    for (let q = 0; q < 1000; q += 1)
      expect(Math.abs((row[q] ?? 0) / exp(-q * 0.0429) - 1)).toBeLessThanOrEqual(4.5e-16);
  });

  it('refuses what 32 bits cannot address', () => {
    expect(() => createKernelMemory(5e9)).toThrow('must be at most');
  });
});
