/** The invigilator's room in a browser: a candidate's row, and the panel that it opens. */
import type { Locator, Page } from 'playwright-core';
import type { Account } from '../server-process.ts';
import { catalogue } from './candidate-pages.ts';
import { expect } from './expect.ts';

const staffText = catalogue('staff/nl');
const text = (key: string): string => staffText(`staff.${key}`);

/** The button that a row is. */
export const rowOf = (page: Page, name: string): Locator => page.locator('button.open').filter({ hasText: name });

export async function panelOf(page: Page, name: string): Promise<Locator> {
  await rowOf(page, name).first().click();
  const panel = page.getByRole('dialog', { name });
  await panel.waitFor();
  return panel;
}

/** Cells of a candidate's row whose text reaches into that of the next one. */
export const overlapsOf = (row: Locator): Promise<string[]> =>
  row.evaluate((element) => {
    const cells = [...element.querySelectorAll('.open > *')].filter((cell) => cell.textContent?.trim() !== '');
    const drawn = cells.map((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      const { left, right } = range.getBoundingClientRect();
      // What is cut off at the edge of its cell is not drawn.
      const isCut = getComputedStyle(cell).overflowX === 'hidden' || cell.matches('.who');
      return { left, right: isCut ? Math.min(right, cell.getBoundingClientRect().right) : right };
    });
    return cells.flatMap((cell, n) => {
      const [own, next] = [drawn[n], drawn[n + 1]];
      return own !== undefined && next !== undefined && own.right > next.left ? [cell.textContent ?? ''] : [];
    });
  });

/** Logs in at the invigilator's page and waits for the room. */
export async function loggedInRoom(page: Page, { account, password }: Account): Promise<void> {
  await page.goto('/invigilator/');
  await page.getByLabel(text('login.account')).fill(account);
  await page.getByLabel(text('login.password')).fill(password);
  await page.getByRole('button', { name: text('login.go') }).click();
  await expect(page.getByText(text('room.live'))).toBeVisible();
}
