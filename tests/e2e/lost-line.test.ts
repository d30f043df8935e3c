/**
 * In a real Chromium, against a real server: the line is gone, the candidate chooses, the item's time ends, the line is
 * back. The answer counts, and is still on the screen; whether the server called the line lost or not, and over a
 * reload.
 */
import { rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import type { CandidateView } from '../../server/api/candidate/protocol.ts';
import type { ProctoringLog, Room } from '../../server/api/invigilator/protocol.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff, person } from '../session-client.ts';
import { hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { CandidatePages } from './candidate-pages.ts';
import { expect } from './expect.ts';
import { KnownAnswers } from './known-answers.ts';
import { shortTest } from './short-test.ts';

/** Of one item, in the test of the demonstration made short; and how much of it is left when the line goes, ms. */
const limitMs = 25_000;
const leftMs = 6_000;

/** Where the answers stand on the screen: what moves under a finger is answered wrongly. */
const placesOf = async (page: Page) =>
  Promise.all((await page.getByRole('radio').all()).map(async (radio) => (await radio.boundingBox())?.y));

describe.runIf(hasBrowser)('a line that is gone when the time of an item ends', () => {
  const content = shortTest({ items: 3, itemLimitMs: limitMs, parts: ['listening'] });
  let server: ServerProcess;
  let browser: Browser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start({ MEETLAT_CONTENT: content }), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
    rmSync(content, { recursive: true, force: true });
  });

  async function journalOf(session: string) {
    const storage = await openLmdb({ directory: server.folder });
    try {
      const commits = await storage.journal.read({ tenant: 'demo', kind: 'session', id: session });
      return {
        events: commits.flatMap(({ events }) => events),
        known: await KnownAnswers.of(storage, 'demo', session),
      };
    } finally {
      await storage.close();
    }
  }

  it('costs no answer: cut for seconds, cut until it is called lost, and with a reload', async () => {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const registered = await invigilator.post<{ session: string; code: { code: string } }>(
      '/invigilator/sessions',
      person({ test: 'short', contactLanguage: 'nl' }),
    );
    const { session } = registered;
    const { context, page } = await openWindow(browser, { url: server.url });
    const candidate = new CandidatePages(page);
    let view: CandidateView | undefined;
    page.on('response', (response) => {
      if (!/candidate\/session(\/operations)?$/.test(response.url()) || !response.ok()) return;
      void response.json().then(
        (body: CandidateView & { view?: CandidateView }) => {
          view = body.view ?? body;
        },
        () => {},
      );
    });
    await page.goto(`/#code=${registered.code.code}`);
    await expect(candidate.heading('waiting.title')).toBeVisible();
    await invigilator.post(`/invigilator/sessions/${session}/admit`);
    await candidate.confirmAndCheckSound('Amina Voorbeeld');
    await candidate.practise();
    await candidate.button('part.begin').click();
    await expect(page.getByRole('radio').first()).toBeVisible();
    const { known } = await journalOf(session);

    const given: string[] = [];
    for (const { goneMs, reload } of [
      { goneMs: leftMs + 4_000, reload: false },
      { goneMs: leftMs + 18_000, reload: false },
      { goneMs: leftMs + 4_000, reload: true },
    ]) {
      const item = await candidate.itemHandle();
      given.push(item);
      await page.waitForTimeout(Math.max(0, (view?.clock?.remainingMs ?? 0) - leftMs));
      const places = await placesOf(page);
      await context.setOffline(true);
      const right = page.locator(`input[type="radio"][value="${known.right(item)}"]`);
      await right.check({ force: true });
      await page.waitForTimeout(goneMs);
      expectValue(await right.isChecked()).toBe(true);
      await expect(page.getByText(candidate.text('connection.lost'), { exact: true })).toBeVisible();
      await shot(page, 'lost-line-cut');
      expectValue(await placesOf(page)).toEqual(places);
      await context.setOffline(false);
      if (reload) await page.reload();
      await expect(page.getByText(candidate.text('save.saved'), { exact: true }).first()).toBeVisible({
        timeout: 30_000,
      });
      expectValue(await right.isChecked()).toBe(true);
      await shot(page, `lost-line-${given.length}`);
      await candidate.button('next').click();
      if (given.length < 3) while ((await candidate.itemHandle()) === item) await page.waitForTimeout(50);
    }
    await expect(candidate.heading('receipt.title')).toBeVisible({ timeout: 30_000 });

    const { events } = await journalOf(session);
    const completed = events.filter(({ type }) => type === 'item-completed');
    expectValue(completed.map(({ handle, category, why }) => [handle, category, why])).toEqual(
      given.map((handle) => [handle, 1, 'answered']),
    );
    expectValue(events.filter(({ type }) => type === 'operation-refused')).toEqual([]);
    expectValue(events.filter(({ type, late }) => type === 'answered' && late !== undefined).length).toBeGreaterThan(0);
    expectValue(events.filter(({ type }) => type === 'connection-lost').length).toBeGreaterThan(0);
    const { entries } = await invigilator.get<ProctoringLog>(`/invigilator/sessions/${session}/log`);
    expectValue(entries.map(({ type }) => type)).toContain('answered');
    const { sessions } = await invigilator.get<Room>('/invigilator/room');
    expectValue(sessions.find((row) => row.session === session)?.faults).toEqual([]);
  }, 240_000);
});
