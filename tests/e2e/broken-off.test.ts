/** A test that was broken off the evening before, at the desk of today: it is decided on, and the person is let in. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import type { CloseOutMade } from '../../server/api/invigilator/protocol.ts';
import { addInvigilator } from '../colleague.ts';
import { type LateEvening, lateEvening } from '../midnight.ts';
import type { Account } from '../server-process.ts';
import { Candidate, Staff, person } from '../session-client.ts';
import { accessibilityFaults, hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { catalogue } from './candidate-pages.ts';
import { expect } from './expect.ts';
import { panelOf, rowOf } from './room-page.ts';

const staffText = catalogue('staff/nl');
const text = (key: string): string => staffText(`staff.${key}`);
const [laptop, phone] = [
  { width: 1366, height: 625 },
  { width: 390, height: 844 },
];
/** Of the page, and of the dialog on it. */
const sideways = (page: Page): Promise<number> =>
  page.evaluate(() =>
    Math.max(
      ...[document.documentElement, ...document.querySelectorAll('dialog[open]')].map(
        (one) => one.scrollWidth - one.clientWidth,
      ),
    ),
  );
const [amina, bram] = [person({ name: 'Amina Voorbeeld' }), person({ name: 'Bram Voorbeeld' })];

describe.runIf(hasBrowser)('a test that was broken off', () => {
  let evening: LateEvening;
  let browser: Browser;
  let colleague: Account;
  beforeAll(async () => {
    [evening, browser] = await Promise.all([lateEvening(), launchBrowser()]);
    const { server } = evening;
    colleague = await addInvigilator(server, 'colleague@demo', 'gent');
    const desk = await Staff.login(server.url, await server.account('invigilator'));
    await desk.post('/invigilator/registrations', { ...amina, day: evening.today });
    for (const form of [amina, bram]) {
      const candidate = await Candidate.admitted(desk, form);
      await candidate.toFirstPart();
      const why = { why: 'technical.device', reason: 'de stroom viel uit' };
      await desk.post(`/invigilator/sessions/${candidate.session}/end`, why);
    }
    await evening.turnMidnight();
  });
  afterAll(async () => {
    await browser?.close();
    await evening?.server.dispose();
  });

  async function room({ account, password }: Account): Promise<{ page: Page; faults: string[] }> {
    const { page, faults } = await openWindow(browser, { url: evening.server.url });
    await page.goto('/invigilator/');
    await page.getByLabel(text('login.account')).fill(account);
    await page.getByLabel(text('login.password')).fill(password);
    await page.getByRole('button', { name: text('login.go') }).click();
    await page.getByRole('button', { name: text('room.count.case') }).click();
    await expect(rowOf(page, amina.name).first()).toBeVisible();
    return { page, faults };
  }

  /** The report, as where two streams were changed past the program. */
  async function closeOut(page: Page): Promise<void> {
    await page.route('**/invigilator/close-out', async (route) => {
      const response = await route.fetch();
      const made: CloseOutMade = await response.json();
      const refused = (['session', 'registration'] as const).map((kind) => ({ kind, id: `01kaxyz7abcdefgh-${kind}` }));
      await route.fulfill({ response, json: { ...made, report: { ...made.report, refused } } });
    });
    await page.getByRole('button', { name: text('closeout'), exact: true }).click();
    const banner = page.getByText(text('closeout.refused'));
    await expect(banner).toBeVisible();
    for (const [device, viewport] of Object.entries({ laptop, phone })) {
      await page.setViewportSize(viewport);
      await banner.scrollIntoViewIfNeeded();
      expectValue(await accessibilityFaults(page)).toEqual([]);
      expectValue(await sideways(page)).toBe(0);
      await shot(page, `close-out-refused-${device}`);
    }
  }

  it('is not decided on by whoever stopped it; a colleague at the door does, and lets the person in', async () => {
    const own = await room(await evening.server.account('invigilator'));
    await expect(rowOf(own.page, bram.name).getByText(text('attempt.mark'))).toBeVisible();
    const panel = await panelOf(own.page, bram.name);
    await shot(own.page, 'broken-off-panel');
    await panel.getByRole('button', { name: text('panel.attempt') }).click();
    await panel.getByLabel(text('attempt.counts')).check();
    await panel.getByLabel(text('act.reason'), { exact: true }).fill('liep weg');
    expectValue(await accessibilityFaults(own.page)).toEqual([]);
    await shot(own.page, 'broken-off-decide');
    await own.page.setViewportSize(phone);
    expectValue(await accessibilityFaults(own.page)).toEqual([]);
    expectValue(await sideways(own.page)).toBe(0);
    await shot(own.page, 'broken-off-decide-phone');
    await own.page.setViewportSize(laptop);
    await panel.getByRole('button', { name: text('act.go') }).click();
    await expect(panel.getByText(text('problem.own-close'))).toBeVisible();

    const { page, faults } = await room(colleague);
    await page.getByRole('button', { name: text('room.place.expected') }).click();
    await page.getByRole('button', { name: `${text('act.admit')}: ${amina.name}` }).click();
    const dialog = page.getByRole('dialog', { name: amina.name });
    await expect(dialog.getByLabel(text('attempt.does-not-count'))).toBeVisible();
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await shot(page, 'broken-off-door');
    await page.setViewportSize(phone);
    expectValue(await accessibilityFaults(page)).toEqual([]);
    expectValue(await sideways(page)).toBe(0);
    await shot(page, 'broken-off-door-phone');
    await page.setViewportSize(laptop);
    await dialog.getByLabel(text('attempt.does-not-count')).check();
    await dialog.getByLabel(text('act.reason'), { exact: true }).fill('stroom');
    expectValue(await dialog.getByRole('button', { name: text('act.go') }).isDisabled()).toBe(true);
    await dialog.getByLabel(text('act.why')).selectOption('technical.device');
    await dialog.getByRole('button', { name: text('act.go') }).click();
    await expect(page.getByText(text('code.title').replace('{{name}}', amina.name))).toBeVisible();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: text('close'), exact: true })
      .last()
      .click();
    await closeOut(page);
    expectValue([...own.faults, ...faults].filter((fault) => !fault.includes('409'))).toEqual([]);
  });
});
