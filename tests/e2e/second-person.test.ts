/** More extra time than one person gives, through the dialog: a colleague's password, once wrong and once right. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import { addInvigilator } from '../colleague.ts';
import { type Account, ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';
import { accessibilityFaults, hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { catalogue } from './candidate-pages.ts';
import { expect } from './expect.ts';
import { loggedInRoom, panelOf } from './room-page.ts';

const staffText = catalogue('staff/nl');
const text = (key: string): string => staffText(`staff.${key}`);

describe.runIf(hasBrowser)('a second person', () => {
  let server: ServerProcess;
  let browser: Browser;
  let desk: Staff;
  let colleague: Account;
  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
    desk = await Staff.login(server.url, await server.account('invigilator'));
    colleague = await addInvigilator(server, 'an.tweede@demo', 'gent');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  const button = (within: Page | Locator, key: string) => within.getByRole('button', { name: text(key), exact: true });
  async function formOn(name: string, viewport: { width: number; height: number }) {
    const candidate = await Candidate.admitted(desk, { name, test: 'mo' });
    await candidate.toFirstPart();
    const { page, faults } = await openWindow(browser, { url: server.url, viewport });
    await loggedInRoom(page, await server.account('invigilator'));
    const panel = await panelOf(page, name);
    await button(panel, 'panel.extra-time').click();
    await panel.getByLabel(text('act.minutes')).fill('20');
    await panel.getByLabel(text('act.why')).selectOption('technical.device');
    return { page, faults, panel };
  }

  it.each([
    ['a laptop', { width: 1366, height: 625 }],
    ['a phone', { width: 390, height: 844 }],
  ])(
    'on %s: is asked beyond the bound alone; a wrong password gives nothing, the right one gives the time',
    async (device, viewport) => {
      const name = `Noor op ${device.slice(2)}`;
      const { page, faults, panel } = await formOn(name, viewport);
      const second = panel.getByRole('group', { name: text('second.title') });
      expectValue(await second.count()).toBe(0);
      await panel.getByLabel(text('act.minutes')).fill('45');
      await expect(second).toBeVisible();
      expectValue(await button(panel, 'act.go').isEnabled()).toBe(false);
      await second.getByLabel(text('login.account')).fill(colleague.account);
      await second.getByLabel(text('login.password')).fill('not the password of anybody');
      await button(panel, 'act.go').click();
      await expect(panel.getByRole('alert').filter({ hasText: text('problem.wrong-password') })).toBeVisible();
      await shot(page, `second-person-${device.slice(2)}`);
      expectValue(await accessibilityFaults(page)).toEqual([]);
      expectValue(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ).toBe(0);
      expectValue(await panel.getByText(text('log.extra-time-granted')).count()).toBe(0);
      await second.getByLabel(text('login.password')).fill(colleague.password);
      await button(panel, 'act.go').click();
      await expect(panel.getByText(text('log.extra-time-granted'))).toBeVisible();
      await expect(panel.getByText(`+ ${colleague.account}`)).toBeVisible();
      // Whoever was logged in still is.
      expectValue(await page.getByText(colleague.account, { exact: true }).count()).toBe(0);
      expectValue(faults).toEqual([]);
      await page.close();
    },
    120_000,
  );
});
