import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WriterProcess } from '../../tests/faults/writer-process.ts';
import { openLmdb } from './open.ts';
import { WriteGate } from './write-gate.ts';

const root = join(import.meta.dirname, '../..');
let folder = '';
let gate: WriteGate;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meetlat-gate-'));
  gate = await WriteGate.of(join(folder, 'database'));
});
afterEach(async () => {
  await gate.close();
  await rm(folder, { recursive: true, force: true });
});

const pause = (ms: number): Promise<unknown> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

describe('whoever is within', () => {
  it('keeps other processes from opening, from writing, and from nothing once it left or was killed', async () => {
    let other = new WriterProcess(folder, 'first');
    await gate.within(async () => {
      await pause(1500);
      expect(other.acknowledged).toBe(0);
    });
    await other.until(1);
    await gate.within(async () => {
      await pause(20);
      const before = other.acknowledged;
      await pause(300);
      expect(other.acknowledged).toBe(before);
    });
    await other.until(other.acknowledged + 1);
    await other.kill();
    other = new WriterProcess(folder, 'second');
    await other.until(101);
    await other.kill();
    await expect(gate.within(() => Promise.resolve('after its death'))).resolves.toBe('after its death');
  }, 60_000);

  it('leaves it when its process ends by an error in the middle of it', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'tests/faults/storage-thrower.ts'), folder], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said += data.toString();
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(said).toContain('that nobody caught');
    await expect(gate.within(() => Promise.resolve('after it'))).resolves.toBe('after it');
  }, 30_000);

  it('gets its own result or its own error, however many come at once', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) =>
        gate.within(() => (n % 5 === 0 ? Promise.reject(new Error(`${n}`)) : Promise.resolve(n))),
      ),
    );
    for (const [n, outcome] of outcomes.entries())
      expect(outcome.status === 'fulfilled' ? outcome.value : String(outcome.reason)).toBe(
        n % 5 === 0 ? `Error: ${n}` : n,
      );
  });

  it('is one queue for all of a process that opened the folder, and stays until the last has closed', async () => {
    const second = await WriteGate.of(join(folder, 'database'));
    const order: string[] = [];
    const first = gate.within(async () => {
      order.push('first begins');
      await pause(50);
      order.push('first ends');
    });
    await pause(20);
    const storage = openLmdb({ directory: folder }).then((opened) => {
      order.push('opened');
      return opened;
    });
    await first;
    await (await storage).close();
    await second.close();
    expect(order).toEqual(['first begins', 'first ends', 'opened']);
    await expect(gate.within(() => Promise.resolve(1))).resolves.toBe(1);
  });
});
