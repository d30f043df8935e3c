/**
 * A whole MO session in a real Chromium, on each storage engine there is: from the one-time code to the certificate
 * that a stranger checks.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { openMongo } from '../../storage/mongodb/open.ts';
import { type TestMongo, hasMongo, startMongo } from '../mongo.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff, person } from '../session-client.ts';
import { accessibilityFaults, hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { CandidatePages } from './candidate-pages.ts';
import { expect } from './expect.ts';
import { KnownAnswers } from './known-answers.ts';

const engines = ['lmdb', ...(hasMongo() ? ['mongodb'] : [])];

describe.runIf(hasBrowser).each(engines)('an MO session on %s', (engine) => {
  let mongo: TestMongo | undefined;
  let server: ServerProcess;
  let browser: Browser;
  beforeAll(async () => {
    mongo = engine === 'mongodb' ? await startMongo() : undefined;
    const environment: Record<string, string> =
      mongo === undefined
        ? {}
        : { MONGODB_URI: mongo.uri, MEETLAT_SECRET: 'a-secret-of-the-tests-only', MEETLAT_DEMO: 'on' };
    [server, browser] = await Promise.all([ServerProcess.start(environment), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
    await mongo?.stop();
  });

  const known = async (session: string): Promise<KnownAnswers> => {
    const storage =
      mongo === undefined ? await openLmdb({ directory: server.folder }) : await openMongo({ uri: mongo.uri });
    try {
      return await KnownAnswers.of(storage, 'demo', session);
    } finally {
      await storage.close();
    }
  };

  it('from code to certificate, over a closed tab', async () => {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const registered = await invigilator.post<{ session: string; code: { code: string } }>(
      '/invigilator/sessions',
      person({ name: 'Nadia Proefpersoon', test: 'mo', contactLanguage: 'nl' }),
    );
    const first = await openWindow(browser, { url: server.url });
    await first.page.goto(`/#code=${registered.code.code}`);
    const before = new CandidatePages(first.page);
    await expect(before.heading('waiting.title')).toBeVisible();
    await invigilator.post(`/invigilator/sessions/${registered.session}/admit`);
    await before.confirmAndCheckSound('Nadia Proefpersoon');
    await before.practise();
    await before.button('part.begin').click();
    await expect(first.page.getByRole('radio').first()).toBeVisible();
    expectValue(await accessibilityFaults(first.page)).toEqual([]);
    await shot(first.page, `${engine}-mo-item`);
    const answers = await known(registered.session);
    for (let number = 1; number <= 3; number += 1) {
      await before.answer(answers.right(await before.itemHandle()));
      await before.nextItem();
    }
    const where = await before.itemHandle();
    expectValue(first.faults).toEqual([]);
    await first.context.close();

    const code = await invigilator.post<{ code: string }>(`/invigilator/sessions/${registered.session}/code`);
    const { page, faults } = await openWindow(browser, { url: server.url });
    const candidate = new CandidatePages(page);
    await page.goto(`/#code=${code.code}`);
    await expect(candidate.heading('waiting.title')).toBeVisible();
    await invigilator.post(`/invigilator/sessions/${registered.session}/admit`);
    await expect(page.getByRole('radio').first()).toBeVisible();
    expectValue(await candidate.itemHandle()).toBe(where);
    for (let number = 4; number <= 45; number += 1) {
      const item = await candidate.itemHandle();
      await candidate.answer(number % 9 === 0 ? answers.wrong(item) : answers.right(item));
      if (number < 45) await candidate.nextItem();
    }
    await candidate.button('linear.toreview').click();
    await expect(candidate.heading('review.title')).toBeVisible();
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await shot(page, `${engine}-mo-review`);
    await candidate.button('review.submit').click();
    await candidate.button('review.confirm.yes').click();
    await expect(candidate.heading('receipt.title')).toBeVisible();
    const mark = page.getByText(/^\d+:[0-9a-f]{4}(-[0-9a-f]{4}){3}$/);
    await expect(mark).toBeVisible();
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await shot(page, `${engine}-mo-receipt`);

    const key = (await page.locator('dd').nth(1).textContent()) ?? '';
    expectValue(key.replaceAll(' ', '')).toHaveLength(26);
    await page.getByRole('link', { name: candidate.text('receipt.result') }).click();
    await expect(page.getByText('Nadia Proefpersoon')).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText(/\b\d\d\s*\/\s*41|\b\d\d van (de )?41/)).toBeVisible({ timeout: 30_000 });
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await expect(mark).toBeVisible();
    await shot(page, `${engine}-mo-result`);
    // Nothing that opens it stays behind: no address of this tab, and nothing to go back to.
    const browsing = await page.context().newCDPSession(page);
    const { entries } = await browsing.send('Page.getNavigationHistory');
    expectValue(entries.map(({ url }) => new URL(url).hash)).toEqual(entries.map(() => ''));
    await page.goto(`${server.url}/check/`);
    await page.goBack();
    expectValue(await page.getByRole('textbox').inputValue()).toBe('');
    // Written down from the receipt, it opens the result again.
    await page.getByRole('textbox').fill(key.toUpperCase());
    await page.keyboard.press('Enter');
    await expect(page.getByText('Nadia Proefpersoon')).toBeVisible();
    // So does a link, and leaves the address at once.
    await page.goto('about:blank');
    await page.goto(`${server.url}/result/#${key.replaceAll(' ', '')}`);
    await expect(page.getByText('Nadia Proefpersoon')).toBeVisible();
    expectValue(page.url()).toBe(`${server.url}/result/`);
    expectValue(faults).toEqual([]);
  }, 300_000);
});

describe.runIf(hasBrowser)('an MO page in Arabic', () => {
  it('runs from right to left, with Arabic content, by keyboard alone', async () => {
    const [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
    try {
      const invigilator = await Staff.login(server.url, await server.account('invigilator'));
      const registered = await invigilator.post<{ session: string; code: { code: string } }>(
        '/invigilator/sessions',
        person({ name: 'Layla Proefpersoon', test: 'mo', contactLanguage: 'ar', language: 'ar' }),
      );
      const { page, faults } = await openWindow(browser, { url: server.url, locale: 'ar' });
      await page.goto(`/#code=${registered.code.code}`);
      const candidate = new CandidatePages(page, 'ar');
      await expect(candidate.heading('waiting.title')).toBeVisible();
      await invigilator.post(`/invigilator/sessions/${registered.session}/admit`);
      await candidate.confirmAndCheckSound('Layla Proefpersoon');
      await candidate.practise();
      await candidate.button('part.begin').focus();
      await page.keyboard.press('Enter');
      await expect(page.getByRole('radio').first()).toBeVisible();
      expectValue(await page.locator('html').getAttribute('dir')).toBe('rtl');
      expectValue(await page.locator('legend').innerText()).toMatch(/\p{Script=Arabic}/u);
      await page.getByRole('radio').first().focus();
      await page.keyboard.press('Space');
      await expect(page.getByText(candidate.text('save.saved')).first()).toBeVisible();
      expectValue(await accessibilityFaults(page)).toEqual([]);
      await shot(page, 'mo-arabic');
      expectValue(faults).toEqual([]);
    } finally {
      await browser.close();
      await server.dispose();
    }
  }, 180_000);
});
