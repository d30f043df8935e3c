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
