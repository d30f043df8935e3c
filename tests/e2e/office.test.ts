/** The office looks through what staff did: more than one page of it. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import { StaffLog, doneBy } from '../../people/staff/staff-log.ts';
import { readConfiguration } from '../../server/configuration.ts';
import { openStores } from '../../server/open-stores.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { addInvigilator } from '../colleague.ts';
import { type Account, ServerProcess } from '../server-process.ts';
import { accessibilityFaults, hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { catalogue } from './candidate-pages.ts';
import { expect } from './expect.ts';

const staffText = catalogue('staff/nl');
const text = (key: string): string => staffText(`staff.${key}`);

describe.runIf(hasBrowser)('the office', () => {
  let server: ServerProcess;
  let browser: Browser;
  let office: Account;
  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
    office = await addInvigilator(server, 'office@demo', 'gent', ['office']);
    const { storage } = await openStores(readConfiguration({ MEETLAT_DATA: server.folder }, server.folder));
    const log = new StaffLog({ journal: storage.journal, now: () => toInstant(Date.now()) });
    for (let n = 0; n < 230; n += 1) await log.record('demo', doneBy('log-read', 'an@demo', `session-${n}`));
    await log.record('demo', {
      ...doneBy('account-roles-changed', undefined, 'an@demo'),
      roles: ['examiner', 'office'],
    });
    await storage.close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  it('reads on to the end, and what is asked for begins anew', async () => {
    const { page, faults } = await openWindow(browser, { url: server.url });
    await page.goto('/office/');
    await page.getByLabel(text('login.account')).fill(office.account);
    await page.getByLabel(text('login.password')).fill(office.password);
    await page.getByRole('button', { name: text('login.go') }).click();
    const rows = page.locator('tbody tr');
    const more = page.getByRole('button', { name: text('items.more') });
    await expect(page.getByText('session-229', { exact: true })).toBeVisible();
    await expect(page.getByText(`(${text('role.examiner')}, ${text('role.office')})`)).toBeVisible();
    expectValue(await rows.count()).toBe(100);
    await shot(page, 'office-acts');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await more.click();
    await expect(page.getByText('session-100', { exact: true })).toBeVisible();
    expectValue(await rows.count()).toBe(200);
    await more.click();
    await expect(page.getByText('session-0', { exact: true })).toBeVisible();
    await more.waitFor({ state: 'hidden' });
    const ofs = (await rows.locator('.of').allInnerTexts()).filter((of) => of.startsWith('session-'));
    expectValue(new Set(ofs).size).toBe(230);
    await page.getByLabel(text('acts.account')).fill('an@demo');
    await page.getByLabel(text('acts.kind')).selectOption('account-roles-changed');
    await page.getByRole('button', { name: text('acts.search') }).click();
    await page.getByText('session-0', { exact: true }).waitFor({ state: 'hidden' });
    expectValue(await rows.count()).toBe(1);
    await page.setViewportSize({ width: 360, height: 740 });
    await shot(page, 'office-acts-phone');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    expectValue(faults).toEqual([]);
  }, 60_000);
});
