/**
 * A deployment changes the wire while a candidate sits: a page that is older is reloaded and loses nothing, a page that
 * is newer waits for its server. What another version would send is made by changing the header on the way.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import { protocolHeader, protocolVersion } from '../../server/http/wire.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff, person } from '../session-client.ts';
import { hasBrowser, launchBrowser, openWindow } from './browser.ts';
import { CandidatePages } from './candidate-pages.ts';
import { expect } from './expect.ts';

describe.runIf(hasBrowser)('a page of another version than the server', () => {
  let server: ServerProcess;
  let browser: Browser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  /** A candidate at the first question, whose line and version the test decides. */
  async function begun() {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const registered = await invigilator.post<{ session: string; code: { code: string } }>(
      '/invigilator/sessions',
      person({ name: 'Nora Proefpersoon', test: 'mo', contactLanguage: 'nl' }),
    );
    const { page } = await openWindow(browser, { url: server.url });
    const line = { isCut: false, version: protocolVersion, refused: [] as number[] };
    await page.route('**/api/v1/candidate/**', async (route) => {
      if (line.isCut) return route.abort();
      const headers = { ...route.request().headers(), [protocolHeader.toLowerCase()]: String(line.version) };
      return route.continue({ headers });
    });
    page.on('response', (response) => {
      if (response.url().endsWith('/operations') && !response.ok()) line.refused.push(response.status());
    });
    await page.goto(`/#code=${registered.code.code}`);
    const candidate = new CandidatePages(page);
    await expect(candidate.heading('waiting.title')).toBeVisible();
    await invigilator.post(`/invigilator/sessions/${registered.session}/admit`);
    await candidate.confirmAndCheckSound('Nora Proefpersoon');
    await candidate.practise();
    await candidate.button('part.begin').click();
    await expect(page.getByRole('radio').first()).toBeVisible();
    return { page, candidate, line, session: registered.session };
  }

  /** Three choices on one question while the line is cut: they wait on the device. */
  async function choose(page: Page, candidate: CandidatePages): Promise<string[]> {
    const options = await page
      .getByRole('radio')
      .evaluateAll((radios) => radios.map((radio) => radio.getAttribute('value') ?? ''));
    const chosen = [options[0], options[1], options[2]].map((option) => option ?? '');
    for (const option of chosen) await page.locator(`input[type="radio"][value="${option}"]`).check({ force: true });
    await expect(page.getByText(candidate.text('save.waiting')).first()).toBeVisible();
    return chosen;
  }

  async function answered(session: string): Promise<unknown[]> {
    const storage = await openLmdb({ directory: server.folder });
    try {
      const commits = await storage.journal.read({ tenant: 'demo', kind: 'session', id: session });
      return commits
        .flatMap(({ events }) => events)
        .filter(({ type }) => type === 'answered')
        .map(({ option }) => option);
    } finally {
      await storage.close();
    }
  }

  it('is older: it is reloaded, and everything it kept arrives once', async () => {
    const { page, candidate, line, session } = await begun();
    const where = await candidate.itemHandle();
    line.isCut = true;
    const chosen = await choose(page, candidate);
    const reloaded = page.waitForEvent('framenavigated');
    line.version = protocolVersion - 1;
    line.isCut = false;
    await reloaded;
    // What is loaded now is the page of the present deployment.
    line.version = protocolVersion;
    await expect(page.getByRole('radio').first()).toBeVisible();
    await expect(page.getByText(candidate.text('save.saved'), { exact: true }).first()).toBeVisible();
    expectValue(line.refused).toContain(409);
    expectValue(await candidate.itemHandle()).toBe(where);
    expectValue(await answered(session)).toEqual(chosen);
    expectValue(await page.locator(`input[type="radio"][value="${chosen.at(-1)}"]`).isChecked()).toBe(true);
    await page.context().close();
  }, 180_000);

  it('is newer: it waits, is not reloaded, and everything arrives once', async () => {
    const { page, candidate, line, session } = await begun();
    let loads = 0;
    page.on('framenavigated', () => {
      loads += 1;
    });
    line.isCut = true;
    const chosen = await choose(page, candidate);
    line.version = protocolVersion + 1;
    line.isCut = false;
    while (!line.refused.includes(503)) await page.waitForTimeout(50);
    await expect(page.getByText(candidate.text('save.waiting')).first()).toBeVisible();
    line.version = protocolVersion;
    await expect(page.getByText(candidate.text('save.saved'), { exact: true }).first()).toBeVisible({
      timeout: 30_000,
    });
    expectValue(loads).toBe(0);
    expectValue(await answered(session)).toEqual(chosen);
    await page.context().close();
  }, 180_000);
});
