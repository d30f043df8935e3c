/** A candidate at the keyboard and mouse of a real browser, by the names that stand on the buttons. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Page, expect } from './expect.ts';
import { shot } from './browser.ts';

const catalogues = join(import.meta.dirname, '../../delivery-ui/shared/catalogues');
export function catalogue(name: string): (key: string) => string {
  const texts: Record<string, string> = JSON.parse(readFileSync(join(catalogues, `${name}.json`), 'utf8'));
  return (key) => { const text = texts[key]; if (text === undefined) throw new Error(`${name} has no text ${key}`); return text; };
}

/** The text of a key with its number left open. */
const pattern = (text: string): RegExp => new RegExp(`^${text.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\{\w+\}\}/g, '.+')}$`);

export class CandidatePages {
  readonly text: (key: string) => string;
  constructor(readonly page: Page, readonly language = 'nl') { this.text = catalogue(language); }

  button(key: string) { return this.page.getByRole('button', { name: this.text(key), exact: true }); }
  heading(key: string) { return this.page.getByRole('heading', { name: pattern(this.text(key)) }); }

  async confirmAndCheckSound(name: string): Promise<void> {
    await expect(this.page.getByText(name).first()).toBeVisible();
    await shot(this.page, 'candidate-name');
    await this.button('confirm.action').click();
    await expect(this.heading('check.hear.title')).toBeVisible();
    await this.button('listening.play').click();
    await this.button('check.hear.action').click({ timeout: 30_000 });
    await expect(this.heading('check.speak.title')).toBeVisible();
    await shot(this.page, 'candidate-sound-check');
    await this.button('check.speak.action').click();
    await expect(this.heading('check.back.title')).toBeVisible({ timeout: 30_000 });
    await this.button('listening.play').click();
    await this.button('check.back.action').click({ timeout: 30_000 });
  }

  /** Chooses the option at this place and waits until it is saved. */
  async choose(place: number): Promise<void> {
    const options = this.page.getByRole('radio');
    await options.nth(place % await options.count()).check({ force: true });
    await expect(this.page.getByText(this.text('save.saved')).first()).toBeVisible({ timeout: 15_000 });
  }

  /** Hears the stimulus to its end, if there is one. */
  async listen(): Promise<void> {
    const play = this.button('listening.play');
    if (await play.count() > 0) { await play.click(); await expect(this.button('listening.play.again').or(this.page.getByText(this.text('plays.none'))).first()).toBeVisible({ timeout: 90_000 }); }
  }

  /** Prompt, preparation, two seconds of speech, next. */
  async speak(): Promise<void> {
    await this.button('listening.play').click();
    const start = this.button('record.start');
    await expect(start).toBeEnabled({ timeout: 60_000 });
    await start.click();
    await expect(this.button('record.stop')).toBeEnabled({ timeout: 15_000 });
    await this.page.waitForTimeout(2_000);
    await this.button('record.stop').click();
    await expect(this.button('next')).toBeEnabled({ timeout: 30_000 });
  }
}
