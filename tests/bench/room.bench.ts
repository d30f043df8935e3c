/**
 * `npm run bench -- room [CANDIDATES]`: bytes a second that four invigilators are sent while candidates of one centre
 * answer, beside what the whole room at each of those messages would have been (which is what was sent before); then
 * how long a browser on 1 Mbit/s waits for the first row, and what the line carries until then.
 */
import { type Browser, chromium } from 'playwright-core';
import type { Room } from '../../server/api/invigilator/protocol.ts';
import { Followed } from '../followed.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';
import { roomBytes } from '../room-bytes.ts';
import { figure, median, operands, remark } from './figure.ts';

const candidates = Number(operands[0] ?? 800);
const watchers = 4;
const seconds = 20;
const actsPerSecond = 20;
const together = 8;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function all<T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      made.push(await make(next));
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
  return made;
}

/** From the address typed to the first row, ms, in a window that nothing is kept for. */
async function firstRowMs(browser: Browser, url: string, cookie: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 625 } });
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url }]);
  const page = await context.newPage();
  const line = await context.newCDPSession(page);
  await line.send('Network.enable');
  const [downloadThroughput, uploadThroughput] = [125_000, 125_000];
  await line.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 40,
    downloadThroughput,
    uploadThroughput,
  });
  const began = performance.now();
  await page.goto(`${url}/invigilator/`, { waitUntil: 'commit' });
  await page.locator('button.open').first().waitFor();
  const took = performance.now() - began;
  await context.close();
  return took;
}

const server = await ServerProcess.start();
try {
  const invigilator = await Staff.login(server.url, await server.account('invigilator'));
  remark(`admitting ${candidates} candidates …`);
  const seated = await all(candidates, async () => {
    const candidate = await Candidate.admitted(invigilator, { test: 'mo' });
    await candidate.toFirstPart();
    return candidate;
  });
  const followed = await Promise.all(
    Array.from({ length: watchers }, () =>
      Followed.open(`${server.url}/api/v1/invigilator/room/events`, { cookie: invigilator.cookie }),
    ),
  );
  await Promise.all(followed.map((one) => one.first(({ name }) => name === 'room')));
  await pause(1_000);
  const whole = Buffer.byteLength(JSON.stringify(await invigilator.get<Room>('/invigilator/room')));
  const [bytesBefore, messagesBefore] = [sum((one) => one.bytes), sum((one) => one.events.length)];
  const began = performance.now();
  for (let act = 0; act < seconds * actsPerSecond; act += 1) {
    const candidate = seated[act % seated.length];
    await candidate?.ask({ kind: 'raise-hand' });
    await pause(Math.max(0, began + ((act + 1) * 1_000) / actsPerSecond - performance.now()));
  }
  await pause(500);
  const took = (performance.now() - began) / 1_000;
  const bytes = sum((one) => one.bytes) - bytesBefore;
  const messages = sum((one) => one.events.length) - messagesBefore;
  function sum(of: (one: Followed) => number): number {
    return followed.reduce((total, one) => total + of(one), 0);
  }
  remark(`the whole room ${(whole / 1_000).toFixed(1)} kB, ${(messages / took).toFixed(1)} messages a second`);
  figure({
    name: `sent to ${watchers} watchers of ${candidates} candidates`,
    value: bytes / took / 1_000,
    unit: 'kB/s',
    isBetterLow: true,
    peer: { name: 'the whole room at each message', value: (messages * whole) / took / 1_000 },
  });
  for (const one of followed) one.stop();
  const line = await roomBytes(server.url, invigilator.cookie);
  figure({
    name: `bytes until the first row of ${candidates}`,
    value: (line.page + line.room) / 1_000,
    unit: 'kB',
    isBetterLow: true,
    bar: 157.5,
    more: `page ${(line.page / 1_000).toFixed(1)}, room ${(line.room / 1_000).toFixed(1)}`,
  });
  const path = process.env['CHROMIUM_PATH'];
  if (path === undefined || path === '') remark('no CHROMIUM_PATH: no browser waits for the first row');
  else {
    const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] });
    const times: number[] = [];
    for (let n = 0; n < 5; n += 1) times.push(await firstRowMs(browser, server.url, invigilator.cookie));
    await browser.close();
    figure({
      name: `first row of ${candidates} on 1 Mbit/s, 40 ms`,
      value: median(times) / 1_000,
      unit: 's',
      isBetterLow: true,
      bar: 2,
    });
  }
} finally {
  await server.dispose();
}
