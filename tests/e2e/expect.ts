/** Waiting assertions on a page, in the shape people know; playwright-core has locators but no `expect`. */
import type { Locator, Page } from 'playwright-core';

export type { Locator, Page };

const within = (options: { readonly timeout?: number } | undefined): number => options?.timeout ?? 15_000;

async function until(what: string, locator: Locator, holds: () => Promise<boolean>, timeout: number): Promise<void> {
  const end = Date.now() + timeout;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end)
      throw new Error(
        `${String(locator)} is not ${what} after ${timeout} ms; the page says: ` +
          `${(await locator.page().locator('body').innerText()).slice(0, 400)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const expect = (locator: Locator) => ({
  toBeVisible: (options?: { readonly timeout?: number }) =>
    until('visible', locator, () => locator.first().isVisible(), within(options)),
  toBeEnabled: (options?: { readonly timeout?: number }) =>
    until('enabled', locator, () => locator.first().isEnabled(), within(options)),
});
