/** The process of storage-writer.ts, and what it said was acknowledged. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export class WriterProcess {
  readonly commits = new Map<string, readonly [version: number, hash: string][]>();
  readonly documents: string[] = [];
  acknowledged = 0;
  private rest = '';
  private readonly ended: Promise<unknown>;
  private readonly child: ChildProcess;

  constructor(
    folder: string,
    readonly name: string,
  ) {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(root, 'tests/faults/storage-writer.ts'), folder, name],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    child.stdout.on('data', (data: Buffer) => {
      this.hear(data.toString());
    });
    // 'close' comes when all output was read, too.
    this.ended = new Promise((resolve) => child.once('close', resolve));
    this.child = child;
  }

  /** Both null while it runs. */
  get end(): readonly [exitCode: number | null, signal: string | null] {
    return [this.child.exitCode, this.child.signalCode];
  }

  async until(acknowledged: number): Promise<void> {
    while (this.acknowledged < acknowledged) {
      if (this.end.some((how) => how !== null)) throw new Error(`writer ${this.name} ended by itself`);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private hear(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const [what, id = '', version, hash = ''] = line.split(' ');
      if (what === 'commit') this.commits.set(id, [...(this.commits.get(id) ?? []), [Number(version), hash]]);
      else this.documents.push(id);
      this.acknowledged += 1;
    }
  }
}
