/** The staff in a real browser: the room that changes by itself, a rating from claim to submission, the bank. */
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import { accounts } from '../../people/staff/account.ts';
import { hashPassword } from '../../people/staff/passwords.ts';
import { openStores } from '../../server/open-stores.ts';
import { readConfiguration } from '../../server/configuration.ts';
import { type Account, ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';
import { accessibilityFaults, hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { CandidatePages, catalogue } from './candidate-pages.ts';
import { expect } from './expect.ts';
import { overlapsOf, panelOf, rowOf } from './room-page.ts';

const staffText = catalogue('staff/nl');
const text = (key: string): string => staffText(`staff.${key}`);

describe.runIf(hasBrowser)('the staff', () => {
  let server: ServerProcess;
  let browser: Browser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  async function loggedIn(path: string, { account, password }: Account): Promise<{ page: Page; faults: string[] }> {
    const { page, faults } = await openWindow(browser, { url: server.url });
    await page.goto(path);
    await expect(page.getByLabel(text('login.account'))).toBeVisible();
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel(text('login.account')).fill(account);
    await page.getByLabel(text('login.password')).fill(password);
    await page.getByRole('button', { name: text('login.go') }).click();
    return { page, faults };
  }
  const button = (page: Page, key: string) => page.getByRole('button', { name: text(key), exact: true });

  it('whoever was given a password chooses another one first', async () => {
    const given = { account: 'an.peeters@demo', password: 'abcd-efgh-jkmn-pqrs' };
    const { storage } = await openStores(readConfiguration({ MEETLAT_DATA: server.folder }, server.folder));
    const made = {
      name: 'An Peeters',
      passwordHash: hashPassword(given.password),
      centre: 'gent',
      demonstration: false,
    };
    await (
      await storage.collection(accounts)
    ).insert({ tenant: 'demo', id: given.account }, { ...made, roles: ['examiner'], isPasswordGiven: true });
    await storage.close();
    const { page, faults } = await loggedIn('/examiner/', given);
    const chosen = page.getByLabel(text('password.chosen'), { exact: true });
    await expect(chosen).toBeVisible();
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await shot(page, 'staff-password');
    await chosen.fill('Welkom2026!!');
    await page.getByLabel(text('password.again')).fill('Welkom2026!!');
    await button(page, 'password.go').click();
    await expect(page.getByText(text('problem.password-common'))).toBeVisible();
    // Loaded again, the page asks for the given one too.
    await page.reload();
    await page.getByLabel(text('password.present')).fill(given.password);
    await chosen.fill('vier paarden op het dak');
    await page.getByLabel(text('password.again')).fill('vier paarden op het dak');
    await button(page, 'password.go').click();
    await expect(page.getByRole('heading', { name: text('queue.title') })).toBeVisible();
    expectValue(faults).toEqual([]);
    await page.close();
  });

  it('an invigilator registers, pushes to a seat, and sees the room change by itself', async () => {
    const { page, faults } = await loggedIn('/invigilator/', await server.account('invigilator'));
    await expect(page.getByText(text('room.live'))).toBeVisible();
    await button(page, 'room.register').click();
    await page.getByLabel(text('register.name')).fill('Yusuf Proefpersoon');
    await page.getByLabel(text('register.birth')).fill('1988-05-06');
    await page.getByLabel(text('register.reference')).fill('T-room-1');
    await shot(page, 'invigilator-register');
    await button(page, 'register.go').click();
    await expect(page.getByRole('img', { name: text('code.qr') })).toBeVisible();
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await shot(page, 'invigilator-code');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: text('close'), exact: true })
      .last()
      .click();

    const row = rowOf(page, 'Yusuf Proefpersoon');
    await expect(row.getByText(text('status.registered'))).toBeVisible();
    expectValue(await overlapsOf(row)).toEqual([]);

    const seat = await openWindow(browser, { url: server.url });
    const candidate = new CandidatePages(seat.page);
    await seat.page.goto('/');
    const seatName = seat.page.locator('.name');
    await expect(seatName).toBeVisible();
    const name = await seatName.innerText();
    await page.getByRole('button', { name: text('room.place.seats') }).click();
    await expect(page.getByText(name).first()).toBeVisible();
    await shot(seat.page, 'candidate-seat');
    await page.getByRole('button', { name: text('room.place.sessions') }).click();
    let card = await panelOf(page, 'Yusuf Proefpersoon');
    await card.getByRole('button', { name: text('act.push') }).click();
    await page.getByRole('dialog').getByRole('button', { name }).click();
    await expect(candidate.heading('confirm.title')).toBeVisible();
    await expect(row.getByText(text('status.active'))).toBeVisible();
    await candidate.button('help.ask').click();
    await expect(row.getByText(text('hand'))).toBeVisible();
    expectValue(await overlapsOf(row)).toEqual([]);
    await shot(page, 'invigilator-room');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    card = await panelOf(page, 'Yusuf Proefpersoon');
    await card.getByRole('button', { name: text('act.hand') }).click();
    await card.getByRole('button', { name: text('panel.message') }).click();
    await card.getByLabel(text('message.invigilator-comes')).check();
    await shot(page, 'invigilator-message');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'act.go').click();
    await expect(card.getByText(text('message.unseen'))).toBeVisible();
    await candidate.button('help.continue').click();
    await expect(candidate.page.getByText(candidate.text('message.invigilator-comes.instruction'))).toBeVisible();
    await shot(seat.page, 'candidate-message');
    expectValue(await accessibilityFaults(seat.page)).toEqual([]);
    await candidate.button('message.read').click();
    await expect(card.getByText(text('message.seen')).first()).toBeVisible();
    await card.getByRole('button', { name: text('panel.note') }).click();
    await card.getByLabel(text('note.text')).fill('had het koud');
    await button(page, 'act.go').click();
    await expect(card.getByText('had het koud')).toBeVisible();
    // The reply is lost on its way: the act is sent again under its name, and the time is given once.
    const lost = async (route: Route): Promise<void> => {
      await route.fetch();
      await route.abort();
    };
    await page.route('**/extra-time', lost, { times: 1 });
    await card.getByRole('button', { name: text('panel.extra-time'), exact: true }).click();
    await card.getByLabel(text('act.why')).selectOption('technical.line');
    await button(page, 'act.go').click();
    await expect(card.getByText(text('problem.offline'))).toBeVisible();
    await button(page, 'act.go').click();
    const given = card.getByText(text('log.extra-time-granted'));
    await expect(given.first()).toBeVisible();
    expectValue(await given.count()).toBe(1);
    await card.getByRole('button', { name: text('panel.case') }).click();
    await card.getByLabel(text('act.why')).selectOption('examinee.behaviour');
    await button(page, 'act.go').click();
    await expect(row.getByText(text('case.mark'))).toBeVisible();
    await card.getByRole('button', { name: text('panel.decide-case') }).click();
    await card.getByLabel(text('case.outcome.unfounded')).check();
    await card.getByLabel(text('act.reason'), { exact: true }).fill('een tolk');
    await shot(page, 'invigilator-case');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'act.go').click();
    await expect(card.getByText(text('problem.own-case'))).toBeVisible();
    await card.getByRole('button', { name: text('cancel') }).click();
    await card.getByRole('button', { name: text('act.pause') }).click();
    await card.getByLabel(text('act.why')).selectOption('environment.fire-alarm');
    await card.getByLabel(text('act.reason'), { exact: true }).fill('brandoefening');
    await button(page, 'act.go').click();
    await expect(candidate.heading('pause.title')).toBeVisible();
    await shot(seat.page, 'candidate-pause');
    await card.getByRole('button', { name: text('act.resume') }).click();
    await expect(card.getByText(text('status.active'))).toBeVisible();
    await seat.context.close();
    await expect(card.getByText(text('connection.lost'))).toBeVisible({ timeout: 40_000 });
    await expect(card.getByText('brandoefening').first()).toBeVisible();
    await shot(page, 'invigilator-log');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    expectValue(faults.filter((fault) => !fault.includes('ERR_FAILED'))).toEqual([]);
  }, 180_000);

  it('an examiner claims, listens, rates by mouse and keyboard, submits', async () => {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const olga = await Candidate.admitted(invigilator, { name: 'Olga Proefpersoon' });
    let view = await olga.listen(await olga.toFirstPart());
    ({ view } = await olga.ask({ kind: 'start-part' }));
    await olga.speak(view);
    const { page, faults } = await loggedIn('/examiner/', await server.account('examiner'));
    const next = button(page, 'queue.next');
    await expect(next).toBeVisible();
    for (let tries = 0; tries < 60 && !(await next.isEnabled()); tries += 1) {
      await page.waitForTimeout(500);
      if (tries % 6 === 5) await page.reload();
    }
    await next.click();
    await expect(page.getByRole('heading', { name: text('rate.title') })).toBeVisible();
    expectValue(await page.locator('body').innerText()).not.toContain('Olga');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    const submit = button(page, 'rate.submit');
    expectValue(await submit.isDisabled()).toBe(true);
    const groups = page.locator('fieldset');
    const count = await groups.count();
    for (let n = 0; n < count; n += 1) {
      await groups.nth(n).getByRole('radio').first().focus();
      await page.keyboard.press(n === 0 ? 'n' : '4');
    }
    await shot(page, 'examiner-rating');
    await page.reload();
    await expect(page.getByRole('heading', { name: text('rate.title') })).toBeVisible();
    expectValue(await page.getByRole('radio', { checked: true }).count()).toBe(count);
    await submit.click();
    await expect(page.getByText(text('rate.done'))).toBeVisible();
    await shot(page, 'examiner-queue');
    expectValue(faults.filter((fault) => !/audio|media|decode/i.test(fault))).toEqual([]);
  }, 180_000);

  it('a test designer sees items with their curves, and the specifications', async () => {
    const { page, faults } = await loggedIn('/designer/', await server.account('designer'));
    await expect(page.getByText(text('banks.guess'))).toBeVisible();
    await expect(page.getByRole('table').first()).toBeVisible();
    await page.getByRole('button', { name: text('items.title').replace('{{bank}}', 'nt2-listening') }).click();
    await page.getByLabel(text('items.filter')).fill('L-A1-001');
    await page.getByRole('button', { name: text('item.open').replace('{{id}}', 'L-A1-001') }).click();
    await expect(page.getByRole('img', { name: text('item.curve') })).toBeVisible();
    await shot(page, 'designer-item');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await page
      .getByRole('dialog')
      .getByRole('button', { name: text('close'), exact: true })
      .last()
      .click();
    await expect(page.getByRole('img', { name: text('specs.information') })).toBeVisible();
    await shot(page, 'designer-bank');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    expectValue(faults).toEqual([]);
  }, 120_000);

  it('the component sheet and the check page are clean', async () => {
    const { page, faults } = await openWindow(browser, { url: server.url });
    for (const path of ['/components/', '/check/', '/result/']) {
      await page.goto(path);
      await expect(page.getByRole('heading').first()).toBeVisible();
      expectValue(await accessibilityFaults(page)).toEqual([]);
      await shot(page, `page${path.replaceAll('/', '-')}`);
    }
    expectValue(faults).toEqual([]);
  }, 60_000);

  it.each([
    ['at 200 % zoom', { width: 640, height: 400 }],
    ['at 400 % zoom', { width: 320, height: 256 }],
    ['on a phone', { width: 390, height: 844 }],
  ])(
    '%s nothing scrolls sideways',
    async (_at, viewport) => {
      const { context, page } = await openWindow(browser, { url: server.url, viewport });
      const sideways = () =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      for (const path of ['/', '/check/', '/result/', '/invigilator/', '/examiner/', '/designer/', '/components/']) {
        await page.goto(path);
        await expect(page.getByRole('heading').first()).toBeVisible();
        expectValue([path, await sideways()]).toEqual([path, 0]);
      }
      for (const role of ['invigilator', 'examiner', 'designer'] as const) {
        const [name = '', value = ''] = (await Staff.login(server.url, await server.account(role))).cookie.split('=');
        await context.addCookies([{ name, value, url: server.url }]);
        await page.goto(`/${role}/`);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await page.waitForLoadState('networkidle');
        expectValue([role, await sideways()]).toEqual([role, 0]);
        await shot(page, `${role}-${viewport.width}`);
      }
      await context.close();
    },
    60_000,
  );
});
