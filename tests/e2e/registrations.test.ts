/** Registrations in a browser: for tomorrow, moved to today, let in and seated; absent, cancelled, twice refused. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import { dayOf } from '../../storage/document/day.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff, person } from '../session-client.ts';
import { accessibilityFaults, hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { CandidatePages, catalogue } from './candidate-pages.ts';
import { expect } from './expect.ts';
import { panelOf, rowOf } from './room-page.ts';

const staffText = catalogue('staff/nl');
const text = (key: string, name = ''): string => staffText(`staff.${key}`).replace('{{name}}', name);
const inDays = (days: number): string => dayOf(toInstant(Date.now() + days * 86_400_000));
const amina = 'Amina Proefpersoon';

describe.runIf(hasBrowser)('the invigilator', () => {
  let server: ServerProcess;
  let browser: Browser;
  let desk: Staff;
  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
    desk = await Staff.login(server.url, await server.account('invigilator'));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  async function room(): Promise<{ page: Page; faults: string[] }> {
    const { page, faults } = await openWindow(browser, { url: server.url });
    await page.goto('/invigilator/');
    const { account, password } = await server.account('invigilator');
    await page.getByLabel(text('login.account')).fill(account);
    await page.getByLabel(text('login.password')).fill(password);
    await page.getByRole('button', { name: text('login.go') }).click();
    await page.getByRole('button', { name: text('room.place.expected') }).click();
    await expect(page.getByRole('heading', { name: text('expected.title.today') })).toBeVisible();
    return { page, faults };
  }
  const button = (within: Page | Locator, key: string) => within.getByRole('button', { name: text(key), exact: true });
  /** The button of one person's row. */
  const of = (page: Page, key: string, name: string) =>
    page.getByRole('button', { name: `${text(key)}: ${name}`, exact: true });
  const row = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });
  const gone = async (locator: Locator): Promise<void> => locator.first().waitFor({ state: 'hidden' });
  async function fillForm(page: Page, reference: string, day: string): Promise<Locator> {
    await button(page, 'room.register').click();
    const form = page.getByRole('dialog');
    await form.getByLabel(text('register.name')).fill(amina);
    await form.getByLabel(text('register.birth')).fill('1988-05-06');
    await form.getByLabel(text('register.reference')).fill(reference);
    await form.getByLabel(text('register.day'), { exact: true }).fill(day);
    return form;
  }

  it('registers for tomorrow, moves to today, lets in at the door; and the person sits', async () => {
    const { page, faults } = await room();
    let form = await fillForm(page, 'T-expected-1', inDays(1));
    await shot(page, 'registrations-form');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await button(form, 'register.go.day').click();
    await expect(page.getByRole('status').filter({ hasText: amina })).toBeVisible();
    expectValue(await row(page, amina).count()).toBe(0);

    form = await fillForm(page, 'T-expected-1', inDays(1));
    await button(form, 'register.go.day').click();
    await expect(form.getByRole('alert').filter({ hasText: text('problem.day-taken') })).toBeVisible();
    await shot(page, 'registrations-twice');
    await page.keyboard.press('Escape');
    await gone(form);

    await page.getByRole('textbox', { name: text('expected.day'), exact: true }).fill(inDays(1));
    await expect(row(page, amina)).toBeVisible();
    expectValue(await of(page, 'act.admit', amina).count()).toBe(0);
    expectValue(await of(page, 'expected.act.absent', amina).count()).toBe(0);
    await shot(page, 'registrations-tomorrow');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    // By the keyboard alone; the dialog offers today.
    await of(page, 'expected.act.move', amina).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: text('expected.move.title', amina) })).toBeVisible();
    await shot(page, 'registrations-move');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'expected.act.move').focus();
    await page.keyboard.press('Enter');
    await gone(row(page, amina));
    await button(page, 'expected.today').click();
    await expect(row(page, amina)).toBeVisible();
    await shot(page, 'registrations-today');
    await of(page, 'act.admit', amina).click();
    const sheet = page.getByRole('dialog', { name: text('code.title', amina) });
    await expect(sheet).toBeVisible();
    const code = await sheet.locator('.code').innerText();
    await button(sheet, 'close').last().click();
    await gone(row(page, amina));

    const seat = await openWindow(browser, { url: server.url });
    await seat.page.goto(`/#code=${code.toLowerCase()}`);
    const candidate = new CandidatePages(seat.page);
    await expect(candidate.heading('waiting.title')).toBeVisible();
    await page.getByRole('button', { name: text('room.place.sessions') }).click();
    const card = await panelOf(page, amina);
    await button(card, 'act.admit').click();
    await expect(card.getByText('6 mei 1988')).toBeVisible();
    await expect(card.getByText('T-expected-1')).toBeVisible();
    expectValue(await button(card, 'act.admit').isEnabled()).toBe(false);
    await card.getByLabel(text('document.residence-card')).check();
    await shot(page, 'identity-admit');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await shot(page, 'identity-admit-phone');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
    await button(card, 'act.admit').click();
    await expect(card.getByText(text('log.identity-checked'))).toBeVisible();
    await expect(candidate.heading('confirm.title')).toBeVisible();
    await expect(card.getByText(text('status.active'))).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(rowOf(page, amina).getByText(text('status.active'))).toBeVisible();
    expectValue([...faults, ...seat.faults]).toEqual([]);
  }, 120_000);

  it('sees who is registered elsewhere meanwhile, marks absent, lets in late, cancels', async () => {
    const { page, faults } = await room();
    const names = ['Bilal Proefpersoon', 'Chen Proefpersoon', 'Dina Proefpersoon'];
    for (const name of names)
      await desk.post('/invigilator/registrations', { ...person({ name, extraTimePercent: 25 }), day: inDays(0) });
    const [bilal = '', chen = '', dina = ''] = names;
    for (const name of names) await expect(row(page, name)).toBeVisible();

    await of(page, 'expected.act.absent', bilal).click();
    await expect(page.getByRole('dialog', { name: text('expected.absent.title', bilal) })).toBeVisible();
    await shot(page, 'registrations-absent');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'expected.absent.yes').click();
    await expect(row(page, bilal).getByText(text('expected.status.excused'), { exact: true })).toBeVisible();

    await of(page, 'expected.act.cancel', chen).click();
    const asked = page.getByRole('dialog', { name: text('expected.cancel.title', chen) });
    await expect(asked).toBeVisible();
    expectValue(await button(asked, 'expected.cancel.go').isEnabled()).toBe(false);
    await asked.getByLabel(text('act.reason')).fill('is ziek');
    await shot(page, 'registrations-cancel');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await button(asked, 'expected.cancel.go').click();
    await gone(row(page, chen));
    // Her row took its buttons along: the keyboard goes on from the head of the list.
    await expect(page.locator('#expected:focus')).toBeVisible();
    await shot(page, 'registrations-room');
    expectValue(await accessibilityFaults(page)).toEqual([]);

    await of(page, 'act.admit', bilal).click();
    await expect(page.getByRole('dialog', { name: text('code.title', bilal) })).toBeVisible();
    await button(page.getByRole('dialog'), 'close').last().click();
    await gone(row(page, bilal));
    await expect(row(page, dina)).toBeVisible();
    expectValue(faults).toEqual([]);
  }, 120_000);
});
