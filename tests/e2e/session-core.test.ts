/** A session that a server recorded comes to the same state in Chromium, and its engine makes the same choices. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReleaseStore } from '../../item-bank/releases/store.ts';
import { eventsOf } from '../../storage/journal/stream.ts';
import { sessionStream, sessionKind } from '../../delivery/sessions/run.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';
import { hasBrowser, launchBrowser } from './browser.ts';
import { type Recorded, type Replayed, replay } from './session-core.ts';

/** The session as its journal has it, with everything it pinned. */
async function recordedOf(folder: string, session: string): Promise<Recorded> {
  const storage = await openLmdb({ directory: folder });
  try {
    const bank = await ReleaseStore.open(storage);
    const journal = await storage.journal.read({ tenant: 'demo', kind: sessionKind, id: session });
    const events = journal.flatMap((commit) => eventsOf(sessionStream, commit));
    const [registered] = events;
    if (registered?.type !== 'registered') throw new Error('no registration');
    const { specification } = bank.pinnedTest(registered.test, registered.specification, registered.releases);
    const pinned = Object.values(registered.releases);
    return {
      commits: journal.map(({ bytes: _, ...commit }) => commit),
      events,
      specification,
      releases: bank.allReleases().filter(({ id }) => pinned.includes(id)),
    };
  } finally {
    await storage.close();
  }
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'session-core.ts')],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'sessionCore',
    target: 'es2023',
    conditions: ['meetlat-source'],
  });
  return outputFiles[0]?.text ?? '';
}

describe.runIf(hasBrowser)('the core of a session in Chromium', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server?.dispose());

  /** In a blank page that knows nothing of a server. */
  async function inBrowser(recorded: Recorded): Promise<Replayed> {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: await bundle() });
      const answer = await page.evaluate<string>(`JSON.stringify(sessionCore.replay(${JSON.stringify(recorded)}))`);
      const replayed: Replayed = JSON.parse(answer);
      return replayed;
    } finally {
      await browser.close();
    }
  }

  it.each(['nt2-oral', 'mo'] as const)('%s: the same state, the same path, the same scores', async (test) => {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const candidate = await Candidate.admitted(invigilator, { test });
    let view = await candidate.toFirstPart();
    view = await candidate.listen(view, (number) => number % 3);
    for (let n = 0; view.screen.name === 'linear-item' && n < 5; n += 1) {
      const { item, number } = view.screen;
      const option = item.options[n % item.options.length]?.handle ?? '';
      ({ view } = await candidate.ask(
        { kind: 'answer', handle: item.handle, option },
        { kind: 'flag', handle: item.handle, on: n % 2 === 0 },
        { kind: 'go', position: number + 1 },
      ));
    }
    await invigilator.post(`/invigilator/sessions/${candidate.session}/pause`, { reason: 'brandalarm' });
    const recorded = await recordedOf(server.folder, candidate.session);
    const here = replay(recorded);
    expect(here.events).toBeGreaterThan(15);
    expect(here.differences).toBe(0);
    expect(here.recomputed).toBeGreaterThanOrEqual(test === 'mo' ? 2 : 40);
    expect(await inBrowser(recorded)).toEqual(here);
    // One answer more or less is another state.
    expect(replay({ ...recorded, events: recorded.events.slice(0, -1) }).state).not.toBe(here.state);
  });
});
