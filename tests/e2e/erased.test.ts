/** What the staff sees of a person who was erased: what happened, and no name. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';
import { accessibilityFaults, hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { catalogue } from './candidate-pages.ts';
import { expect } from './expect.ts';
import { panelOf } from './room-page.ts';

const staffText = catalogue('staff/nl');
const text = (key: string): string => staffText(`staff.${key}`);
const who = { name: 'Selam Voorbeeld', reference: 'T-erased-1' };

describe.runIf(hasBrowser)('the room, once somebody was erased', () => {
  let server: ServerProcess;
  let browser: Browser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  it('tells what happened, to whom no more', async () => {
    const account = await server.account('invigilator');
    const invigilator = await Staff.login(server.url, account);
    const candidate = await Candidate.admitted(invigilator, { ...who, test: 'mo' });
    await Candidate.admitted(invigilator, { name: 'Amina Voorbeeld', test: 'mo' });
    await invigilator.post(`/invigilator/sessions/${candidate.session}/end`, { reason: 'a test' });
    execFileSync(
      process.execPath,
      [
        join(import.meta.dirname, '../../bin/meetlat.mjs'),
        ...['erase', '--reference', who.reference, ...(await server.signatories())],
      ],
      { env: { PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1', MEETLAT_DATA: server.folder } },
    );
    const { page, faults } = await openWindow(browser, { url: server.url });
    await page.goto('/invigilator/');
    await page.getByLabel(text('login.account')).fill(account.account);
    await page.getByLabel(text('login.password')).fill(account.password);
    await page.getByRole('button', { name: text('login.go') }).click();
    await expect(page.getByText('Amina Voorbeeld').first()).toBeVisible();
    await page.getByRole('button', { name: text('room.count.closed') }).click();
    await expect(page.getByText(text('erased')).first()).toBeVisible();
    expectValue(await page.getByText(who.name).count()).toBe(0);
    const card = await panelOf(page, text('erased'));
    await expect(card.getByText(text('closed.ended')).first()).toBeVisible();
    await shot(page, 'invigilator-erased');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    expectValue(faults).toEqual([]);
  }, 60_000);
});
