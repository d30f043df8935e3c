/**
 * While one process opens the database no other writes to it, and the other way round. LMDB as lmdb 3.5.6 has it needs
 * this: whoever opens reads the number of the newest commit and a moment later writes it down for all processes
 * (mdb_env_open2, LMDB's own issue 9496). A commit that another process made in between is then written over by the
 * next one, although it was acknowledged.
 *
 * The lock is the write lock of a second database that stays empty: the kernel frees it when its holder is killed, and
 * it does not matter what opening makes of its numbers.
 */
import { mkdirSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type RootDatabase, open } from 'lmdb';

interface Work {
  readonly do: () => Promise<void>;
  readonly fail: (error: unknown) => void;
}

/** What came while a round of work was done joins the next one; after so many another process gets its turn. */
const roundsAHold = 8;

/** One for each folder that this process has open: within a process it is a queue. */
const gates = new Map<string, WriteGate>();

/**
 * The library's thread waits for what this process does within, also when the process ends by an error or an exit in
 * the middle of it: it would wait for ever, and all others for it. Killed, it leaves the gate at once.
 */
const isWithin = (): boolean => [...gates.values()].some(({ isAtWork }) => isAtWork);
process.on('exit', () => {
  if (isWithin()) process.kill(process.pid, 'SIGKILL');
});
// Node itself says what the error was only after that.
process.on('uncaughtExceptionMonitor', (error) => {
  if (isWithin()) console.error(error);
});

export class WriteGate {
  private waiting: Work[] = [];
  /** Somebody of this process is within, or waits to be. */
  isAtWork = false;
  private holders = 0;

  private constructor(
    private readonly folder: string,
    private readonly lock: RootDatabase<Uint8Array, string>,
  ) {}

  /** @param directory of the database; is made. To be closed by each who opened it. */
  static async of(directory: string): Promise<WriteGate> {
    mkdirSync(join(directory, 'gate'), { recursive: true });
    const folder = await realpath(join(directory, 'gate'));
    const gate = gates.get(folder) ?? new WriteGate(folder, openLock(folder));
    gates.set(folder, gate);
    gate.holders += 1;
    return gate;
  }

  /**
   * Resolves to what the work resolves to; no other process is within meanwhile. Whoever waits for it goes on only in
   * the next turn: what it may compute for seconds then must not hold up other processes.
   */
  within<R>(work: () => Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      const carryOut = () =>
        work().then(
          (result) => void setImmediate(resolve, result),
          (error: unknown) => void setImmediate(reject, error),
        );
      this.waiting.push({ do: carryOut, fail: reject });
      if (!this.isAtWork) void this.workOff();
    });
  }

  async close(): Promise<void> {
    this.holders -= 1;
    if (this.holders > 0) return;
    gates.delete(this.folder);
    await this.lock.close();
  }

  private async workOff(): Promise<void> {
    this.isAtWork = true;
    try {
      while (this.waiting.length > 0) await this.lock.transaction(() => this.hold());
    } catch (error) {
      for (const { fail } of this.waiting.splice(0)) fail(error);
    } finally {
      this.isAtWork = false;
    }
  }

  private async hold(): Promise<void> {
    for (let round = 0; round < roundsAHold && this.waiting.length > 0; round += 1)
      await Promise.all(this.waiting.splice(0).map((work) => work.do()));
  }
}

const openLock = (folder: string): RootDatabase<Uint8Array, string> =>
  open<Uint8Array, string>({ path: folder, noSubdir: false, overlappingSync: false, encoding: 'binary', maxDbs: 1 });
