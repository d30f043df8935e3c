/** Safe Exam Browser at a seat, played by a page with its JavaScript interface: absent, started, and gone wrong. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import type { z } from 'zod';
import type { ExamSettings, Registered } from '../../server/api/invigilator/protocol.ts';
import { ExamBrowser } from '../exam-browser.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff, person } from '../session-client.ts';
import { accessibilityFaults, hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { CandidatePages, catalogue } from './candidate-pages.ts';
import { expect } from './expect.ts';
import { panelOf, rowOf } from './room-page.ts';

const staffText = catalogue('staff/nl');
const text = (key: string): string => staffText(`staff.${key}`);
const conduct = { browser: 'safe-exam-browser', fullScreen: false, focus: true, assistiveTechnology: false } as const;
const amina = person({ name: 'Amina Voorbeeld', test: 'mo', contactLanguage: 'nl', conduct });
const laptop = { width: 1366, height: 625 };
const phone = { width: 390, height: 844 };

describe.runIf(hasBrowser)('in Safe Exam Browser', () => {
  let server: ServerProcess;
  let browser: Browser;
  let desk: Staff;
  let exam: ExamBrowser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
    desk = await Staff.login(server.url, await server.account('invigilator'));
    exam = new ExamBrowser((await desk.get<ExamSettings>('/invigilator/exam-browser')).file);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  /** The interface as it fills in the key: when it is asked, and with that of this page. */
  async function inExamBrowser(page: Page): Promise<void> {
    await page.addInitScript((key) => {
      const security = {
        configKey: '',
        updateKeys: (updated: () => void) => {
          security.configKey = key;
          setTimeout(updated, 50);
        },
      };
      Object.assign(window, { SafeExamBrowser: { security } });
    }, exam.shownTo('/'));
  }

  async function room(viewport: typeof laptop): Promise<{ page: Page; faults: string[] }> {
    const { page, faults } = await openWindow(browser, { url: server.url, viewport });
    const { account, password } = await server.account('invigilator');
    await page.goto('/invigilator/');
    await page.getByLabel(text('login.account')).fill(account);
    await page.getByLabel(text('login.password')).fill(password);
    await page.getByRole('button', { name: text('login.go') }).click();
    return { page, faults };
  }

  async function seat(viewport: typeof laptop, code: string, shows: (page: Page) => Promise<void>) {
    const { page, faults } = await openWindow(browser, { url: exam.origin, viewport });
    await shows(page);
    await page.goto(`/#code=${code}`);
    return { page, faults, pages: new CandidatePages(page) };
  }

  it('the seat without it says what to do; the room lets it go on at the same question, nothing lost', async () => {
    const { session, code } = await desk.post<z.infer<typeof Registered>>('/invigilator/sessions', amina);
    const invigilator = await room(laptop);
    const plain = await seat(phone, code.code, async () => {});
    await expect(plain.pages.heading('browser.title')).toBeVisible();
    await expect(plain.page.getByText(plain.pages.text('browser.instruction'))).toBeVisible();
    expectValue(await accessibilityFaults(plain.page)).toEqual([]);
    await shot(plain.page, 'exam-browser-absent-phone');
    await expect(rowOf(invigilator.page, amina.name).getByText(text('browser.missing'))).toBeVisible();
    await plain.page.context().close();

    // It is started, and comes in by a new code.
    const again = await desk.post<{ code: string }>(`/invigilator/sessions/${session}/code`);
    const { page, pages, faults } = await seat(laptop, again.code, inExamBrowser);
    await expect(pages.heading('waiting.title')).toBeVisible();
    await desk.post(`/invigilator/sessions/${session}/admit`);
    await pages.confirmAndCheckSound(amina.name);
    await pages.practise();
    await pages.press(pages.button('part.begin'));
    const question = await pages.itemHandle();
    expectValue(await page.evaluate(() => document.fullscreenElement === null)).toBe(true);

    // Its settings change under way: the answer that is given then is kept on the page.
    await page.evaluate(() => {
      Object.assign(window, { SafeExamBrowser: { security: { configKey: '0'.repeat(64) } } });
      document.querySelectorAll<HTMLElement>('input[type=radio]')[1]?.click();
    });
    await expect(pages.heading('browser.title')).toBeVisible();
    expectValue(await page.getByRole('radio').first().isVisible()).toBe(false);
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await shot(page, 'exam-browser-wrong-laptop');

    const row = rowOf(invigilator.page, amina.name);
    await expect(row.getByText(text('browser.wrong'))).toBeVisible();
    await shot(invigilator.page, 'exam-browser-room');
    const panel = await panelOf(invigilator.page, amina.name);
    await expect(panel.getByText(text('browser.undo'))).toBeVisible();
    expectValue(await accessibilityFaults(invigilator.page)).toEqual([]);
    await shot(invigilator.page, 'exam-browser-panel');
    await panel.getByRole('button', { name: text('panel.override-browser') }).click();
    await panel.getByLabel(text('act.why')).selectOption('technical.exam-browser');
    await panel.getByLabel(text('act.reason'), { exact: true }).fill('rood scherm');
    await shot(invigilator.page, 'exam-browser-override');
    await panel.getByRole('button', { name: text('act.go') }).click();

    await expect(page.getByRole('radio').nth(1)).toBeEnabled();
    await page.waitForFunction(() => document.querySelectorAll<HTMLInputElement>('input[type=radio]')[1]?.checked);
    expectValue(await pages.itemHandle()).toBe(question);
    await expect(page.getByText(pages.text('save.saved')).first()).toBeVisible();
    await expect(panel.getByText(text('log.browser-overridden')).first()).toBeVisible();
    await expect(panel.getByText('rood scherm')).toBeVisible();
    await expect(panel.getByRole('button', { name: text('panel.require-browser') })).toBeVisible();
    expectValue([...faults, ...invigilator.faults]).toEqual([]);
  }, 120_000);

  it('the file of the day is taken from the room, and the rules are chosen where somebody is registered', async () => {
    for (const viewport of [laptop, phone]) {
      const name = viewport === phone ? 'phone' : 'laptop';
      const { page, faults } = await room(viewport);
      await page.getByRole('button', { name: text('browser.file'), exact: true }).click();
      await expect(page.getByRole('button', { name: text('browser.file.go') })).toBeVisible();
      expectValue(await accessibilityFaults(page)).toEqual([]);
      await shot(page, `exam-browser-file-${name}`);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: text('browser.file.go') }).click(),
      ]);
      expectValue(download.suggestedFilename()).toMatch(/^meetlat-\d{4}-\d\d-\d\d\.seb$/);
      await page
        .getByRole('dialog')
        .getByRole('button', { name: text('close'), exact: true })
        .last()
        .click();
      await page.getByRole('button', { name: text('room.register') }).click();
      await page.getByLabel(text('conduct.assistive')).check();
      expectValue(await page.getByLabel(text('conduct.focus')).isDisabled()).toBe(true);
      expectValue(await accessibilityFaults(page)).toEqual([]);
      await shot(page, `exam-browser-register-${name}`);
      expectValue(faults).toEqual([]);
    }
  }, 60_000);
});
