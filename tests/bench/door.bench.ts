/**
 * `npm run bench -- door [SECONDS]`: how long an answer takes while two hundred anonymous log-ins are under way from a
 * hundred addresses, beside what it takes when all is quiet, in the same run; and whether a right password is taken.
 */
import { fork } from 'node:child_process';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';
import { figure, operands, remark } from './figure.ts';

const seconds = Number(operands[0] ?? 15) || 15;
const candidates = 20;
const answersPerSecond = 40;
const logins = 200;
const addresses = 100;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The time below which 99 of 100 lie, ms. */
function p99(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN;
}

/** A log-in with names and passwords that nobody has. @returns the status of the reply */
function guess(url: string, n: number): Promise<number> {
  const body = JSON.stringify({ account: `nobody${n}@demo`, password: 'a guess' });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}/api/v1/staff/login`,
      { method: 'POST', headers, localAddress: `127.0.1.${1 + (n % addresses)}`, agent: false },
      (reply) => {
        reply.resume();
        reply.once('end', () => resolve(reply.statusCode ?? 0));
      },
    );
    asked.once('error', reject);
    asked.end(body);
  });
}

const login = (url: string, body: object, cookie: string): Promise<Response> =>
  fetch(`${url}/api/v1/staff/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  });
/** A device that logged in before is known by this cookie. */
const deviceOf = (reply: Response): string =>
  reply.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .find((line) => line.startsWith('meetlat-device=')) ?? '';

/** Keeps so many guesses under way until the process is told to end; then says how often each status was the reply. */
async function flood(url: string): Promise<void> {
  let isStopped = false;
  let n = 0;
  const replies = new Map<number, number>();
  process.once('message', () => {
    isStopped = true;
  });
  const one = async (): Promise<void> => {
    while (!isStopped) {
      n += 1;
      const status = await guess(url, n);
      replies.set(status, (replies.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: logins }, one));
  process.send?.([...replies].map(([status, count]) => `${count} × ${status}`).join(', '));
  process.disconnect();
}

/** The flood in a process of its own: it must not hold up whoever measures. */
async function flooded(url: string): Promise<{ stop(): Promise<string> }> {
  const child = fork(fileURLToPath(import.meta.url), ['flood', url]);
  await pause(1_000);
  return {
    stop: () =>
      new Promise((resolve) => {
        child.once('message', (told) => resolve(String(told)));
        child.send('stop');
      }),
  };
}

/** How long each answer took, ms. Answers are due at their times, whether the one before has come or not. */
async function answering(seated: readonly Candidate[]): Promise<number[]> {
  const times: number[] = [];
  const began = performance.now();
  const work = seated.map(async (candidate, index) => {
    for (let turn = 0; turn < (seconds * answersPerSecond) / candidates; turn += 1) {
      const dueMs = began + ((turn * candidates + index) * 1_000) / answersPerSecond;
      await pause(Math.max(0, dueMs - performance.now()));
      await candidate.ask({ kind: 'go', position: 1 + (turn % 40) });
      times.push(performance.now() - dueMs);
    }
  });
  await Promise.all(work);
  return times;
}

async function measure(): Promise<void> {
  const server = await ServerProcess.start();
  try {
    const account = await server.account('invigilator');
    const invigilator = await Staff.login(server.url, account);
    const device = deviceOf(await login(server.url, account, ''));
    const seated: Candidate[] = [];
    for (let n = 0; n < candidates; n += 1) {
      const candidate = await Candidate.admitted(invigilator, { test: 'mo', language: 'nl', contactLanguage: 'nl' });
      await candidate.toFirstPart();
      seated.push(candidate);
    }
    await answering(seated.slice(0, 2));
    const quiet = p99(await answering(seated));
    const guesses = await flooded(server.url);
    let taken = 0;
    let tried = 0;
    const genuine = (async () => {
      for (; tried < 10; tried += 1) {
        await pause((seconds * 1_000) / 12);
        if ((await login(server.url, account, device)).status === 200) taken += 1;
      }
    })();
    const loaded = p99(await answering(seated));
    await genuine;
    remark(`replies to guesses: ${await guesses.stop()}`);
    figure({ name: 'p99 of an answer when all is quiet', value: quiet, unit: 'ms', isBetterLow: true });
    figure({
      name: `p99 of an answer with ${logins} log-ins in flight`,
      value: loaded,
      unit: 'ms',
      isBetterLow: true,
      bar: 3 * quiet,
      peer: { name: 'quiet, same run', value: quiet },
    });
    figure({
      name: 'right passwords taken meanwhile',
      value: taken,
      unit: `of ${tried}`,
      isBetterLow: false,
      bar: tried,
    });
  } finally {
    await server.dispose();
  }
}

const [isFlood, url] = operands;
await (isFlood === 'flood' && url !== undefined ? flood(url) : measure());
