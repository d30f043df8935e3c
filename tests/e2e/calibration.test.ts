/**
 * A test designer in a real browser: a file of responses, progress that moves by itself, the table, a new release, and
 * the release in force.
 */
import { createRng } from 'itemresponsetheory';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect as expectValue, it } from 'vitest';
import type { ItemPage } from '../../server/api/designer/protocol.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';
import { accessibilityFaults, hasBrowser, launchBrowser, openWindow, shot } from './browser.ts';
import { catalogue } from './candidate-pages.ts';
import { expect } from './expect.ts';

const staffText = catalogue('staff/nl');
const text = (key: string, values: Record<string, string> = {}): string =>
  Object.entries(values).reduce(
    (filled, [name, value]) => filled.replace(`{{${name}}}`, value),
    staffText(`staff.${key}`),
  );

/** Nobody puts a release in force alone: a colleague types account and password in the same dialog. */
async function signAsSecond(page: Page, server: ServerProcess): Promise<void> {
  const { account, password } = await server.account('invigilator');
  await page.getByLabel(text('login.account')).fill(account);
  await page.getByLabel(text('login.password')).fill(password);
}

describe.runIf(hasBrowser)('the designer calibrates', () => {
  let server: ServerProcess;
  let browser: Browser;
  let items: string[];
  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
    const designer = await Staff.login(server.url, await server.account('designer'));
    items = (await designer.get<ItemPage>('/designer/banks/nt2-listening/items')).items
      .filter(({ use }) => use === 'operational')
      .map(({ id }) => id);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  /** Answers under a 2PL; the last item is right for the weak and wrong for the strong. */
  function csv(persons: number, count: number): string {
    const rng = createRng(5);
    const chosen = items.slice(0, count);
    const rows = Array.from({ length: persons }, (_, p) => {
      const theta = rng.normal();
      return [
        `P${p}`,
        ...chosen.map((_id, n) => {
          const [slope, difficulty] =
            n === count - 1 ? [-0.8, 0] : [0.6 + (n % 5) * 0.25, (n - count / 2) / (count / 4)];
          return rng.uniform() < 0.02 ? '' : rng.uniform() < 1 / (1 + Math.exp(-slope * (theta - difficulty))) ? 1 : 0;
        }),
      ].join();
    });
    return [`person,${chosen.join()}`, ...rows].join('\n');
  }
  async function opened(viewport?: { width: number; height: number }): Promise<{ page: Page; faults: string[] }> {
    const { account, password } = await server.account('designer');
    const { page, faults } = await openWindow(browser, {
      url: server.url,
      ...(viewport === undefined ? {} : { viewport }),
    });
    await page.goto('/designer/#calibration');
    await page.getByLabel(text('login.account')).fill(account);
    await page.getByLabel(text('login.password')).fill(password);
    await page.getByRole('button', { name: text('login.go') }).click();
    await expect(page.getByRole('heading', { name: text('calibration.title') })).toBeVisible();
    return { page, faults };
  }
  const upload = (page: Page, name: string, content: string | Buffer): Promise<void> =>
    page
      .getByLabel(text('calibration.file'), { exact: true })
      .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
  const button = (page: Page, key: string, values = {}) =>
    page.getByRole('button', { name: text(key, values), exact: true });

  it('uploads, watches, chooses, makes a release and puts it in force', async () => {
    const { page, faults } = await opened();
    await expect(button(page, 'calibration.go')).toBeVisible();
    await expect(page.getByText(text('calibration.none'))).toBeVisible();
    await shot(page, 'calibration-start');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'calibration.go').click();
    await expect(page.getByRole('alert').getByText(text('calibration.nofile'))).toBeVisible();

    // So many that the page has time to show a cycle: of fewer the outcome is there at once.
    await upload(page, 'proefafname.csv', csv(20_000, 60));
    await page.getByLabel(text('calibration.model.2pl')).check();
    await button(page, 'calibration.go').click();
    const cycle = page.locator('[data-progress="cycle"]');
    await expect(cycle).toBeVisible({ timeout: 60_000 });
    await shot(page, 'calibration-running');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    const verdict = page.getByRole('columnheader', { name: text('calibrated.light') });
    await expect(verdict).toBeVisible({ timeout: 120_000 });

    const worst = page.getByRole('row', { name: items[59] ?? '' });
    await expect(worst.getByText(text('calibrated.light.drop'))).toBeVisible();
    await expect(worst.getByText(text('calibrated.reason.no-discrimination'))).toBeVisible();
    expectValue(await worst.getByRole('checkbox').isDisabled()).toBe(true);
    await shot(page, 'calibration-outcome');
    expectValue(await accessibilityFaults(page)).toEqual([]);

    await page.reload();
    await expect(verdict).toBeVisible();
    await button(page, 'calibrated.choose.look').click();
    await page.getByLabel(text('publish.reason')).fill('Proefafname van het najaar');
    await button(page, 'publish.go').click();
    await expect(page.getByText(text('calibration.published', { release: 'nt2-listening-2' }))).toBeVisible();
    await expect(page.getByRole('heading', { name: 'nt2-listening-2', exact: true })).toBeVisible();

    await button(page, 'releases.use.label', { release: 'nt2-listening-2' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.getByLabel(text('releases.reason')).fill('Nagekeken met de toetscommissie');
    await signAsSecond(page, server);
    await shot(page, 'calibration-in-force');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'releases.use.go').click();
    await expect(page.getByText(/Nagekeken met de toetscommissie/)).toBeVisible();
    await shot(page, 'calibration-released');
    expectValue(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole('link', { name: text('designer.bank') }).click();
    await expect(page.getByText(text('banks.release', { release: 'nt2-listening-2' }))).toBeVisible();
    expectValue(faults).toEqual([]);
  }, 240_000);

  it('calibrates a 3PL from a packed file and puts the release in force; what runs keeps the old one', async () => {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const early = await Candidate.admitted(invigilator);
    const { page, faults } = await opened();
    const rng = createRng(9);
    const chosen = items.slice(0, 30);
    const lines = Array.from({ length: 3000 }, (_, p) => {
      const theta = rng.normal();
      return chosen
        .map(
          (id, n) =>
            `P${p},${id},` +
            `${rng.uniform() < 0.25 + 0.75 / (1 + Math.exp(-1.2 * (theta - (n - 15) / 8))) ? 1 : 0},` +
            `${p % 2 === 0 ? 'noord' : 'zuid'}`,
        )
        .join('\n');
    });
    await upload(page, 'lang.csv.gz', gzipSync(`person,item,response,school\n${lines.join('\n')}\n`));
    await page.getByLabel(text('calibration.model.3pl')).check();
    await page.getByLabel(text('calibration.groups'), { exact: true }).fill('school');
    await shot(page, 'calibration-start-3pl');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'calibration.go').click();
    await expect(page.getByRole('columnheader', { name: text('calibrated.lower') })).toBeVisible({ timeout: 120_000 });
    await shot(page, 'calibration-outcome-3pl');
    expectValue(await accessibilityFaults(page)).toEqual([]);

    const [report] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: text('calibration.report') }).click(),
    ]);
    await expect(report.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(report.getByText('zuid', { exact: true })).toBeVisible();
    expectValue(await report.locator('svg').count()).toBeGreaterThan(30);
    expectValue(
      await report.evaluate(() => getComputedStyle(document.querySelector('h2') ?? document.body).borderBottomWidth),
    ).toBe('2px');
    await shot(report, 'calibration-report');
    await report.close();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'persons.csv' }).click(),
    ]);
    expectValue(download.suggestedFilename()).toBe('persons.csv');

    await button(page, 'calibrated.choose.look').click();
    await page.getByLabel(text('publish.reason')).fill('Met gokkans');
    await button(page, 'publish.go').click();
    await expect(page.getByText(text('calibration.published', { release: 'nt2-listening-3' }))).toBeVisible();
    await button(page, 'releases.use.label', { release: 'nt2-listening-3' }).click();
    await page.getByLabel(text('releases.reason')).fill('Nagekeken');
    await signAsSecond(page, server);
    await button(page, 'releases.use.go').click();
    await expect(page.getByText(/Nagekeken$|Nagekeken[^ ]/).first()).toBeVisible();

    await button(page, 'calibration.erase').click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await shot(page, 'calibration-erase');
    expectValue(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'calibration.erase.go').click();
    await expect(page.getByText(/zijn gewist op/)).toBeVisible();
    expectValue(await page.getByRole('link', { name: 'persons.csv' }).count()).toBe(0);
    await expect(page.getByText(text('calibration.published', { release: 'nt2-listening-3' }))).toBeVisible();
    await shot(page, 'calibration-erased');

    await page.getByRole('link', { name: text('designer.bank') }).click();
    await expect(page.getByRole('columnheader', { name: text('item.lower') })).toBeVisible();
    await shot(page, 'designer-bank-3pl');
    await button(page, 'item.open', { id: chosen[0] ?? '' }).click();
    await expect(page.getByText(/a = .*, b = .*, c = 0,\d\d/)).toBeVisible();
    await shot(page, 'designer-item-3pl');
    for (const candidate of [early, await Candidate.admitted(invigilator)])
      await candidate.listen(await candidate.toFirstPart(), (number) => number);
    expectValue(faults).toEqual([]);
  }, 240_000);

  it('can be stopped, shows what is wrong with a file, and is interrupted by a restart of the server', async () => {
    const { page, faults } = await opened();
    await upload(page, 'groot.csv', csv(6000, 90));
    await page.getByLabel(text('calibration.model.2pl')).check();
    await button(page, 'calibration.go').click();
    await button(page, 'calibration.cancel').click();
    await expect(page.getByText(text('calibration.ended.cancelled'))).toBeVisible();

    await upload(page, 'fout.csv', `person,${items[0]},${items[1]}\nP1,0,1\nP2,5,1\n`);
    await button(page, 'calibration.go').click();
    await expect(page.getByText(new RegExp(`Regel 3, item ${items[0]}: “5” is geen score`))).toBeVisible();
    await shot(page, 'calibration-failed');
    expectValue(await accessibilityFaults(page)).toEqual([]);

    await upload(page, 'groot.csv', csv(6000, 90));
    await button(page, 'calibration.go').click();
    await expect(button(page, 'calibration.cancel')).toBeVisible();
    await server.kill();
    await server.launch();
    await expect(page.getByText(text('calibration.ended.interrupted'))).toBeVisible({ timeout: 40_000 });
    expectValue(faults.filter((fault) => !/ERR_|Failed to load/.test(fault))).toEqual([]);
  }, 240_000);

  it('fits a narrow window at 200 %', async () => {
    const { page } = await opened({ width: 640, height: 400 });
    await expect(button(page, 'calibration.go')).toBeVisible();
    await page
      .getByRole('link', { name: /Bekijk de kalibratie/ })
      .last()
      .click();
    await expect(page.getByRole('columnheader', { name: text('calibrated.light') })).toBeVisible();
    expectValue(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ).toBe(0);
    await shot(page, 'calibration-narrow');
  }, 60_000);
});
