/** The room as a plan of its seats, in a browser: arranged once, kept, and the same choice as in the list. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';
import { accessibilityFaults, hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { catalogue } from './candidate-pages.ts';
import { expect } from './expect.ts';
import { loggedInRoom } from './room-page.ts';

const staffText = catalogue('staff/nl');
const text = (key: string): string => staffText(`staff.${key}`);
const names = ['Amina', 'Bilal', 'Chen', 'Dina', 'Emre', 'Fatou', 'Goran'].map((name) => `${name} Proefpersoon`);

describe.runIf(hasBrowser)('the plan of the seats', () => {
  let server: ServerProcess;
  let browser: Browser;
  let beating: NodeJS.Timeout;
  const seated: Candidate[] = [];
  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
    const desk = await Staff.login(server.url, await server.account('invigilator'));
    for (const name of names) {
      const candidate = await Candidate.admitted(desk, { name, test: 'mo' });
      seated.push(candidate);
      if (name.startsWith('Chen')) await candidate.ask({ kind: 'raise-hand' });
      if (name.startsWith('Dina'))
        await desk.post(`/invigilator/sessions/${candidate.session}/pause`, { why: 'examinee.break' });
    }
    beating = setInterval(() => seated.map((candidate) => void candidate.beat().catch(() => undefined)), 4_000);
  });
  afterAll(async () => {
    clearInterval(beating);
    await browser?.close();
    await server?.dispose();
  });

  const button = (page: Page, key: string) => page.getByRole('button', { name: text(key), exact: true });
  const cell = (page: Page, row: number, column: number) =>
    page.locator(`tbody tr:nth-child(${row}) td:nth-of-type(${column})`);
  async function plan(viewport: { width: number; height: number }): Promise<{ page: Page; faults: string[] }> {
    const { page, faults } = await openWindow(browser, { url: server.url, viewport });
    await loggedInRoom(page, await server.account('invigilator'));
    await button(page, 'room.view.plan').click();
    await expect(page.getByRole('table').getByText(names[0] ?? '')).toBeVisible();
    return { page, faults };
  }

  it('is arranged by pressing a seat and its place, and kept for everybody', async () => {
    const { page, faults } = await plan({ width: 1366, height: 625 });
    await button(page, 'plan.arrange').click();
    await page.getByLabel(text('plan.columns'), { exact: true }).fill('4');
    await button(page, 'plan.columns.go').click();
    await cell(page, 1, 1).getByRole('button').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText('Amina Proefpersoon opgepakt.')).toBeVisible();
    await cell(page, 3, 2).getByRole('button').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText('Amina Proefpersoon staat nu op rij 3, plaats 2.')).toBeVisible();
    await shot(page, 'plan-arrange');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'plan.keep').click();
    await expect(cell(page, 3, 2).getByText('Amina')).toBeVisible();
    await page.close();

    const { page: again, faults: others } = await openWindow(browser, { url: server.url });
    await loggedInRoom(again, await server.account('invigilator'));
    await button(again, 'room.view.plan').click();
    await expect(cell(again, 3, 2).getByText('Amina')).toBeVisible();
    expectValue([...faults, ...others]).toEqual([]);
    await again.close();
  }, 120_000);

  it('says each state in a word, and goes from seat to seat by the arrows', async () => {
    const { page, faults } = await plan({ width: 1366, height: 625 });
    const of = (name: string) => page.locator('td').filter({ hasText: name });
    await expect(of('Chen').getByText(text('plan.need.help'), { exact: true })).toBeVisible();
    await expect(of('Dina').getByText(text('plan.need.paused'), { exact: true })).toBeVisible();
    await expect(of('Emre').getByText(text('plan.need.active'), { exact: true })).toBeVisible();
    expectValue(await page.locator('td [tabindex="0"]').count()).toBe(2);
    await of('Emre').getByRole('checkbox').focus();
    await page.keyboard.press('ArrowRight');
    expectValue(await page.locator('td:focus-within').innerText()).toContain('Amina');
    await page.keyboard.press('Space');
    await expect(page.getByText(staffText('staff.room.chosen').replace('{{count}}', '1'))).toBeVisible();
    await shot(page, 'plan-laptop');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    // The same choice as in the list.
    await button(page, 'room.view.list').click();
    await expect(page.getByRole('checkbox', { name: /Amina/, checked: true })).toBeVisible();
    await button(page, 'room.view.plan').click();
    await of('Amina').getByRole('button').click();
    await expect(page.getByRole('dialog', { name: 'Amina Proefpersoon' })).toBeVisible();
    await page.keyboard.press('Escape');
    await page.emulateMedia({ media: 'print' });
    await shot(page, 'plan-print');
    expectValue(faults).toEqual([]);
    await page.close();
  }, 120_000);

  it.each([
    ['a tablet', { width: 820, height: 1180 }],
    ['a phone', { width: 390, height: 844 }],
  ])(
    'on %s nothing but the plan itself scrolls sideways',
    async (device, viewport) => {
      const { page } = await plan(viewport);
      await shot(page, `plan-${device.replace('a ', '')}`);
      expectValue(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ).toBe(0);
      expectValue(await accessibilityFaults(page)).toEqual([]);
      await page.close();
    },
    60_000,
  );
});
