/** The invigilator's room in a browser: a candidate's row, and the panel that it opens. */
import type { Locator, Page } from 'playwright-core';

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
