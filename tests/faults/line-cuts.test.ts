/**
 * The line between pages and the real server, cut in every way that lines are: nothing acknowledged is lost, nothing is
 * done twice, what the pages made arrives once, and an event stream tells of every change in the end.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { followEvents } from '../../delivery-ui/shared/request/event-stream.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { hastenedSurroundings } from '../histories/page.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';
import { CutLine, cuts } from './cut-line.ts';
import { race, randomFrom } from './racing-pages.ts';

/** Requests that are cut in turn, with whole ones between them. */
const cutPaths = ['/session/operations', '/session/take', '/session/operations', '/session', '/session/operations'];

let server: ServerProcess;
let line: CutLine;
beforeAll(async () => {
  server = await ServerProcess.start();
  line = await CutLine.to(server.url);
});
afterAll(async () => {
  await line?.close();
  await server?.dispose();
});
afterEach(() => vi.unstubAllGlobals());

const login = async (): Promise<Staff> => Staff.login(server.url, await server.account('invigilator'));

describe.each(cuts)('a line: %s', (cut) => {
  it('loses nothing that was acknowledged, does nothing twice, and brings all in the end', async () => {
    const { acknowledged } = await race({
      invigilator: await login(),
      urls: [line.url, line.url],
      sessions: 1,
      patienceMs: 1_500,
      random: randomFrom(cuts.indexOf(cut) + 1),
      openStorage: () => openLmdb({ directory: server.folder }),
      breaks: async (history) => {
        for (const path of cutPaths) {
          await line.cutNext(path, cut);
          // Taking a session twice is taking it twice: the page comes back to it. An operation is known by its name.
          if (path === '/session/take') history.mayBeDoubled({ kind: 'take' });
          await history.answeredMore(8);
        }
      },
    });
    expect(acknowledged).toBeGreaterThan(0);
  }, 120_000);

  it('an event stream tells of every change in the end, also after it was reset', async () => {
    const invigilator = await login();
    const candidate = await Candidate.admitted(invigilator, { test: 'mo' });
    const { fetch } = globalThis;
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => fetch(`${line.url}${path}`, init));
    const met = line.cutNext('/session/events', cut);
    let told = -1;
    const stop = followEvents(
      {
        path: 'candidate/session/events',
        token: candidate.token,
        onevent: ({ data }) => {
          if (typeof data === 'object' && data !== null && 'version' in data) told = Number(data.version);
        },
      },
      hastenedSurroundings(randomFrom(1)),
    );
    await met;
    vi.unstubAllGlobals();
    for (const act of ['pause', 'resume', 'pause']) {
      vi.stubGlobal('fetch', fetch);
      await invigilator.post(
        `/invigilator/sessions/${candidate.session}/${act}`,
        act === 'pause' ? { reason: 'a test' } : {},
      );
      const { version } = await candidate.view();
      vi.stubGlobal('fetch', (path: string, init: RequestInit) => fetch(`${line.url}${path}`, init));
      await expect.poll(() => told, { timeout: 50_000 }).toBeGreaterThanOrEqual(version);
      line.resetAll();
    }
    stop();
  }, 120_000);
});
