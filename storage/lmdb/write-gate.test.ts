import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

/** Writes to the folder until it is killed, a line for each thing that was acknowledged. */
class OtherProcess {
  lines = 0;
  private readonly child: ChildProcess;

  constructor(name: string) {
    this.child = spawn(
      process.execPath,
      ['--import', 'tsx', join(root, 'tests/faults/storage-writer.ts'), folder, name],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    this.child.stdout?.on('data', (data: Buffer) => {
      this.lines += data.toString().split('\n').length - 1;
    });
  }

  async untilAfter(lines: number): Promise<void> {
    while (this.lines <= lines) {
      expect(this.child.exitCode).toBeNull();
      await pause(5);
    }
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }
}

const pause = (ms: number): Promise<unknown> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

describe('whoever is within', () => {
  it('keeps other processes from opening, from writing, and from nothing once it left or was killed', async () => {
    let other = new OtherProcess('first');
    await gate.within(async () => {
      await pause(1500);
      expect(other.lines).toBe(0);
    });
    await other.untilAfter(0);
    await gate.within(async () => {
      await pause(20);
      const before = other.lines;
      await pause(300);
      expect(other.lines).toBe(before);
    });
    await other.untilAfter(other.lines);
    await other.kill();
    other = new OtherProcess('second');
    await other.untilAfter(100);
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
