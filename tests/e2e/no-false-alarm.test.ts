/**
 * Whoever only sits the test is never reported: a whole session in a real Chromium by mouse, by touch and by keyboard
 * leaves no signal, nor anything that the server saw for itself. Whoever does go to another window is. The oral test
 * with few questions and two tasks; the whole of it at full counts.
 */
import { rmSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import type { ProctoringLog, Room } from '../../server/api/invigilator/protocol.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff, person } from '../session-client.ts';
import { hasBrowser, launchBrowser, openWindow } from './browser.ts';
import { CandidatePages, type Hand } from './candidate-pages.ts';
import { expect } from './expect.ts';
import { KnownAnswers } from './known-answers.ts';
import { shortTest } from './short-test.ts';

const full = process.env['MEETLAT_FULL'] === '1';
const times = full ? 10 : 1;
const test = full ? 'nt2-oral' : 'short';
const sessions = (['mouse', 'touch', 'keyboard'] as const).flatMap((hand) =>
  Array.from({ length: times }, (_, n) => ({ hand, number: n + 1 })),
);

/** Without it the browser says for ever that its page has the focus, and nothing could be seen. */
async function withRealFocus(context: BrowserContext, page: Page): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setFocusEmulationEnabled', { enabled: false });
  await page.bringToFront();
}

describe.runIf(hasBrowser)('the proctoring log', () => {
  const content = shortTest({ items: 3, parts: ['listening', 'speaking'], tasks: 2 });
  let server: ServerProcess;
  const browsers: Browser[] = [];
  let invigilator: Staff;
  beforeAll(async () => {
    server = await ServerProcess.start({ MEETLAT_CONTENT: content });
    invigilator = await Staff.login(server.url, await server.account('invigilator'));
  });
  afterAll(async () => {
    await Promise.all(browsers.map((browser) => browser.close()));
    await server?.dispose();
    rmSync(content, { recursive: true, force: true });
  });

  /** In a browser of its own: two windows of one browser take the focus from each other. */
  async function toFirstPart(hand: Hand) {
    const browser = await launchBrowser();
    browsers.push(browser);
    const registered = await invigilator.post<{ session: string; code: { code: string } }>(
      '/invigilator/sessions',
      person({ test, contactLanguage: 'nl' }),
    );
    const window = await openWindow(browser, { url: server.url, hasTouch: hand === 'touch' });
    await window.page.goto(`/#code=${registered.code.code}`);
    const candidate = new CandidatePages(window.page, 'nl', hand);
    await expect(candidate.heading('waiting.title')).toBeVisible();
    await withRealFocus(window.context, window.page);
    await invigilator.post(`/invigilator/sessions/${registered.session}/admit`);
    await candidate.confirmAndCheckSound('Amina Voorbeeld');
    await candidate.practise();
    await candidate.press(candidate.button('part.begin'));
    return { ...window, candidate, session: registered.session };
  }

  /** What the browser reported, and what the server saw for itself and weighs as an incident. */
  const signals = async (session: string): Promise<string[]> => {
    const { entries } = await invigilator.get<ProctoringLog>(`/invigilator/sessions/${session}/log`);
    // Whoever begins a part is in full screen from then on: that is how it should be.
    return entries.flatMap(({ source, type, severity }) =>
      (source === 'browser' && type !== 'fullscreen-entered') || (source === 'inferred' && severity !== 'info')
        ? [type]
        : [],
    );
  };
  const incidents = async (session: string): Promise<unknown> =>
    (await invigilator.get<Room>('/invigilator/room')).sessions.find((one) => one.session === session)?.incidents;

  // Side by side: they mostly listen and speak. Each has a browser of its own.
  it.concurrent.each(sessions)(
    'is silent about an honest candidate: by $hand, session $number',
    async ({ hand }) => {
      const { context, candidate, session } = await toFirstPart(hand);
      const storage = await openLmdb({ directory: server.folder });
      const known = await KnownAnswers.of(storage, 'demo', session);
      await storage.close();
      await candidate.listen();
      await candidate.answerListening(known);
      await candidate.press(candidate.button('part.begin'));
      await candidate.speakAll(() => Promise.resolve());
      await expect(candidate.heading('receipt.title')).toBeVisible({ timeout: 30_000 });
      expectValue(await signals(session)).toEqual([]);
      expectValue(await incidents(session)).toEqual({ notice: 0, warning: 0, critical: 0 });
      await context.close();
    },
    420_000,
  );

  it('says that another window was used, and for how long', async () => {
    const { context, page, candidate, session } = await toFirstPart('mouse');
    await candidate.listen();
    expectValue(await signals(session)).toEqual([]);
    const other = await context.newPage();
    await other.bringToFront();
    for (let tries = 0; tries < 100 && (await signals(session)).length === 0; tries += 1)
      await other.waitForTimeout(100);
    await page.bringToFront();
    for (let tries = 0; tries < 100 && (await signals(session)).length < 2; tries += 1) await page.waitForTimeout(100);
    expectValue(await signals(session)).toEqual(['focus-lost', 'focus-returned']);
    await context.close();
  }, 180_000);
});
