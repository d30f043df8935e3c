/** The built program as a process of its own, on 127.0.0.1 at a free port, with a data folder that is thrown away. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A bench is bundled elsewhere, and says where the program is. */
const root = process.env['MEETLAT_TEST_ROOT'] ?? join(import.meta.dirname, '..');

export interface Account {
  readonly account: string;
  readonly password: string;
}

export class ServerProcess {
  private child: ChildProcess | undefined;
  private port = 0;
  output = '';

  private constructor(
    readonly folder: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** `fill` puts data into the folder before the program opens it. */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    fill: (folder: string) => void | Promise<void> = () => undefined,
  ): Promise<ServerProcess> {
    const server = new ServerProcess(await mkdtemp(join(tmpdir(), 'meetlat-test-')), environment);
    await fill(server.folder);
    await server.launch();
    return server;
  }

  /** A further process on the same data folder and database, at a port of its own. Ended before the first one is. */
  static async beside(first: ServerProcess): Promise<ServerProcess> {
    const server = new ServerProcess(first.folder, first.environment);
    await server.launch();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the program again on the same port and data. */
  async launch(): Promise<void> {
    const child = spawn(process.execPath, [join(root, 'bin/meetlat.mjs'), 'start'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        MEETLAT_NO_BUILD: '1',
        HOST: '127.0.0.1',
        PORT: String(this.port),
        MEETLAT_DATA: this.folder,
        ...this.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    // An address that an earlier start printed is not this one's.
    const before = this.output.length;
    await new Promise<void>((resolve, reject) => {
      const seen = (data: Buffer): void => {
        this.output += data.toString();
        const address = /https?:\/\/127\.0\.0\.1:(\d+)/.exec(this.output.slice(before));
        if (address?.[1] !== undefined) {
          this.port = Number(address[1]);
          resolve();
        }
      };
      child.stdout.on('data', seen);
      child.stderr.on('data', seen);
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${this.output.slice(-2000)}`)));
    });
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  /** Power cut: no handler runs. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return gone;
  }

  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The demonstration account of a role; passwords are made on first start and kept in the data folder. */
  async account(role: 'invigilator' | 'examiner' | 'designer'): Promise<Account> {
    const accounts: Record<string, Account> = JSON.parse(
      await readFile(join(this.folder, 'demonstration-accounts.json'), 'utf8'),
    );
    const account = accounts[role];
    if (account === undefined) throw new Error(`no demonstration account for ${role}`);
    return account;
  }

  /** Two of them, who sign for what one person may not decide, as options of a command. */
  async signatories(): Promise<readonly string[]> {
    const [by, confirmedBy] = [await this.account('invigilator'), await this.account('designer')];
    return ['--by', by.account, '--confirmed-by', confirmedBy.account];
  }
}
