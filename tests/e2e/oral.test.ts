/**
 * A whole NT2 session in a real Chromium with a fake microphone: from the one-time code to the certificate that a
 * stranger checks.
 * The robot knows the answers (from the bank's sources and the session's seed) and gives them by mouse, like anybody.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff, person } from '../session-client.ts';
import { accessibilityFaults, hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { CandidatePages } from './candidate-pages.ts';
import { expect } from './expect.ts';
import { KnownAnswers } from './known-answers.ts';

describe.runIf(hasBrowser)('an NT2 session', () => {
  let server: ServerProcess;
  let browser: Browser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  it('from code to certificate', async () => {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const registered = await invigilator.post<{ session: string; code: { code: string } }>(
      '/invigilator/sessions',
      person({ name: 'Samira Proefpersoon', contactLanguage: 'fr' }),
    );
    const { page, faults } = await openWindow(browser, { url: server.url });
    await page.goto(`/#code=${registered.code.code}`);
    const candidate = new CandidatePages(page, 'fr');
    await expect(candidate.heading('waiting.title')).toBeVisible();
    expectValue(page.url()).not.toContain(registered.code.code);
    await shot(page, 'nt2-waiting');
    await invigilator.post(`/invigilator/sessions/${registered.session}/admit`);
    await candidate.confirmAndCheckSound('Samira Proefpersoon');
    await candidate.practise();
    await expect(candidate.heading('part.listening.title')).toBeVisible();
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await shot(page, 'nt2-part-listening');
    await candidate.button('part.begin').click();

    const storage = await openLmdb({ directory: server.folder });
    const known = await KnownAnswers.of(storage, 'demo', registered.session);
    await storage.close();
    await expect(page.getByRole('radio').first()).toBeVisible();
    await candidate.listen();
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await shot(page, 'nt2-listening');
    const given = await candidate.answerListening(known);
    expectValue(given).toBeGreaterThanOrEqual(20);
    expectValue(given).toBeLessThanOrEqual(33);

    await expect(candidate.heading('part.speaking.title')).toBeVisible();
    await candidate.button('part.begin').click();
    await candidate.speakAll(async (turn) => {
      if (turn === 1) {
        expectValue(await accessibilityFaults(page)).toEqual([]);
        await shot(page, 'nt2-speaking-done');
      }
    });
    await expect(candidate.heading('receipt.title')).toBeVisible({ timeout: 30_000 });
    await shot(page, 'nt2-receipt');

    const examiner = await Staff.login(server.url, await server.account('examiner'));
    await rateEverything(examiner);
    await page.getByRole('link', { name: candidate.text('receipt.result') }).click();
    await expect(page.getByText('B1').first()).toBeVisible({ timeout: 30_000 });
    await shot(page, 'nt2-result');
    expectValue(faults).toEqual([]);
  }, 420_000);
});

/** Real recordings reach the examiner: each is fetched and is Opus in WebM. */
async function rateEverything(examiner: Staff): Promise<void> {
  for (let waited = 0; waited < 40; waited += 1) {
    const claim = await examiner.post<{
      performance: string;
      criteria: string[];
      turns: { n: number; recorded: boolean }[];
    } | null>('/examiner/claims');
    if (claim === null) {
      if (waited > 30) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    for (const { n, recorded } of claim.turns) {
      expectValue(recorded).toBe(true);
      const response = await fetch(`${examiner.url}/api/v1/examiner/claims/${claim.performance}/turns/${n}/audio`, {
        headers: { cookie: examiner.cookie },
      });
      expectValue(response.headers.get('content-type')).toBe('audio/webm');
      expectValue(
        Buffer.from(await response.arrayBuffer())
          .subarray(0, 4)
          .toString('hex'),
      ).toBe('1a45dfa3');
    }
    await examiner.post(`/examiner/claims/${claim.performance}/rating`, {
      scores: Object.fromEntries(claim.criteria.map((criterion) => [criterion, 4])),
    });
  }
}
