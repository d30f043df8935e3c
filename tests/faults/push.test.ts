/**
 * From the last rating to the trajectory system, process by process: the push arrives once in effect, with a valid
 * certificate, though the receiver is down, out of order or slow, and though the server is killed right after the
 * commit.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { KnownAnswers } from '../e2e/known-answers.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

const secret = `whsec_${Buffer.from('a secret of the tests, no more').toString('base64')}`;
const receiverFile = join(import.meta.dirname, '../../demonstration/trajectory-system/receiver.mjs');

interface Received {
  attempts: number;
  events: { id: string; certificate: string; data: { outcome: string; test: string; reference: string } }[];
}

/** The receiver at a fixed port, started and stopped as the test wants. */
class Receiver {
  private child: ChildProcess | undefined;
  constructor(
    readonly port: number,
    private readonly jwks: () => string,
  ) {}
  get url(): string {
    return `http://127.0.0.1:${this.port}/events`;
  }
  async start(environment: Record<string, string> = {}): Promise<void> {
    const child = spawn(process.execPath, [receiverFile], {
      env: {
        PATH: process.env['PATH'] ?? '',
        PORT: String(this.port),
        MEETLAT_TRAJECTORY_SECRET: secret,
        MEETLAT_JWKS: this.jwks(),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`receiver ended with ${code}`)));
    });
  }
  async stop(): Promise<void> {
    const child = this.child;
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
  async received(): Promise<Received> {
    const answer: Received = await (await fetch(this.url)).json();
    return answer;
  }
}

/** Free a moment ago: the server must know the address before the receiver is there. */
async function freePort(): Promise<number> {
  const taken = createServer();
  await new Promise<void>((listening) => {
    taken.listen(0, '127.0.0.1', listening);
  });
  const address = taken.address();
  await new Promise((closed) => {
    taken.close(closed);
  });
  return typeof address === 'object' && address !== null ? address.port : 0;
}

let server: ServerProcess;
let receiver: Receiver;
beforeAll(async () => {
  const port = await freePort();
  receiver = new Receiver(port, () => `${server.url}/.well-known/jwks.json`);
  server = await ServerProcess.start({
    MEETLAT_TRAJECTORY_URL: `http://127.0.0.1:${port}/events`,
    MEETLAT_TRAJECTORY_SECRET: secret,
  });
});
afterEach(() => receiver.stop());
afterAll(() => server.dispose());

/** A whole session with its four ratings. */
async function ratedSession(reference: string): Promise<void> {
  const invigilator = await Staff.login(server.url, await server.account('invigilator'));
  const candidate = await Candidate.admitted(invigilator, { reference });
  let view = await candidate.toFirstPart();
  const storage = await openLmdb({ directory: server.folder });
  const known = await KnownAnswers.of(storage, 'demo', candidate.session);
  await storage.close();
  while (view.screen.name === 'listening-item') {
    const { handle } = view.screen.item;
    ({ view } = await candidate.ask({ kind: 'answer', handle, option: known.right(handle) }, { kind: 'next', handle }));
  }
  ({ view } = await candidate.ask({ kind: 'start-part' }));
  await candidate.speak(view);
  const examiner = await Staff.login(server.url, await server.account('examiner'));
  for (let rated = 0; rated < 4;) {
    const claim = await examiner.post<{ performance: string; criteria: string[] } | null>('/examiner/claims');
    if (claim === null) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    await examiner.post(`/examiner/claims/${claim.performance}/rating`, {
      scores: Object.fromEntries(claim.criteria.map((criterion) => [criterion, 4])),
    });
    rated += 1;
  }
}

const arrived = async (reference: string): Promise<Received['events']> =>
  (await receiver.received().catch(() => ({ events: [] }))).events.filter(({ data }) => data.reference === reference);

async function arrivesOnce(reference: string): Promise<void> {
  await expect.poll(async () => (await arrived(reference)).length, { timeout: 90_000, interval: 200 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const events = await arrived(reference);
  expect(events).toHaveLength(1);
  expect(events[0]?.certificate).toMatch(/^valid, Nederlands als tweede taal, mondeling/);
  expect(events[0]?.data.test).toBe('nt2-oral');
}

describe('the push', () => {
  it('arrives once the receiver is up', async () => {
    await ratedSession('T-down');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await receiver.start();
    await arrivesOnce('T-down');
  }, 120_000);
  it('is tried again after 500, with the same event', async () => {
    await receiver.start({ RECEIVER_FAIL: '3' });
    await ratedSession('T-500');
    await arrivesOnce('T-500');
    expect((await receiver.received()).attempts).toBeGreaterThanOrEqual(4);
  }, 120_000);
  it('waits for a slow receiver', async () => {
    await receiver.start({ RECEIVER_SLOW_MS: '2500' });
    await ratedSession('T-slow');
    await arrivesOnce('T-slow');
  }, 120_000);
  it('survives a kill of the server right after the last rating', async () => {
    await receiver.start();
    await ratedSession('T-kill');
    await server.kill();
    await server.launch();
    await arrivesOnce('T-kill');
  }, 120_000);
  it('survives kills at every step from the last rating to its acknowledgement', async () => {
    await receiver.start({ RECEIVER_SLOW_MS: '400' });
    await ratedSession('T-kills');
    for (const aliveMs of [100, 300, 500, 700, 900]) {
      await new Promise((resolve) => setTimeout(resolve, aliveMs));
      await server.kill();
      await server.launch();
    }
    await arrivesOnce('T-kills');
  }, 180_000);
});
