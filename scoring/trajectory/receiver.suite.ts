/** The reference receiver as a process of its own, as an agency would run it; for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const program = join(import.meta.dirname, '../../demonstration/trajectory-system/receiver.mjs');

export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly certificate: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class Receiver {
  private child: ChildProcess | undefined;
  private port = 0;
  output = '';

  constructor(private readonly environment: Readonly<Record<string, string>>) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/events`;
  }
  get root(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Starts it, the second time on the same port. */
  async start(trial: Readonly<Record<string, string>> = {}): Promise<void> {
    const child = spawn(process.execPath, [program], {
      env: { PATH: process.env['PATH'] ?? '', ...this.environment, ...trial, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    let begun = '';
    await new Promise<void>((resolve, reject) => {
      const seen = (data: Buffer): void => {
        begun += data.toString();
        this.output += data.toString();
        const address = /127\.0\.0\.1:(\d+)/.exec(begun);
        if (address?.[1] !== undefined) {
          this.port = Number(address[1]);
          resolve();
        }
      };
      child.stdout.on('data', seen);
      child.stderr.on('data', seen);
      child.once('exit', (code) => reject(new Error(`the receiver ended with ${code}: ${begun}`)));
    });
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill('SIGKILL');
    await ended;
  }

  async received(): Promise<{ readonly attempts: number; readonly events: readonly ReceivedEvent[] }> {
    const content: { attempts: number; events: ReceivedEvent[] } = JSON.parse(await (await fetch(this.url)).text());
    return content;
  }
}
