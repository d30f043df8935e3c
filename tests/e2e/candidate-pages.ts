/** A candidate at the keyboard and mouse of a real browser, by the names that stand on the buttons. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Locator, type Page, expect } from './expect.ts';
import { shot } from './browser.ts';

const catalogues = join(import.meta.dirname, '../../words/catalogues');
/** The texts of an audience in a language, as `candidate/nl`. */
export function catalogue(name: string): (key: string) => string {
  const texts: Record<string, string> = JSON.parse(readFileSync(join(catalogues, `${name}.json`), 'utf8'));
  return (key) => {
    const text = texts[key];
    if (text === undefined) throw new Error(`${name} has no text ${key}`);
    return text;
  };
}

/** The text of a key with its number left open. */
const pattern = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\{\w+\}\}/g, '.+')}$`);

/** What a candidate presses with. */
export type Hand = 'mouse' | 'touch' | 'keyboard';

export class CandidatePages {
  readonly text: (key: string) => string;
  constructor(
    readonly page: Page,
    readonly language = 'nl',
    private readonly hand: Hand = 'mouse',
  ) {
    this.text = catalogue(`candidate/${language}`);
  }

  button(key: string) {
    return this.page.getByRole('button', { name: this.text(key), exact: true });
  }
  heading(key: string) {
    return this.page.getByRole('heading', { name: pattern(this.text(key)) });
  }

  /** As soon as it can be pressed. */
  async press(button: Locator, options: { readonly timeout?: number } = {}): Promise<void> {
    if (this.hand === 'mouse') await button.click(options);
    else if (this.hand === 'touch') await button.tap(options);
    else {
      await expect(button).toBeEnabled(options);
      await button.focus();
      await this.page.keyboard.press('Enter');
    }
  }

  private async choose(radio: Locator): Promise<void> {
    if (this.hand === 'mouse') await radio.check({ force: true });
    else if (this.hand === 'touch') await radio.tap({ force: true });
    else {
      await radio.focus();
      await this.page.keyboard.press('Space');
    }
  }

  async confirmAndCheckSound(name: string): Promise<void> {
    await expect(this.page.getByText(name).first()).toBeVisible();
    await shot(this.page, 'candidate-name');
    await this.press(this.button('confirm.action'));
    await expect(this.heading('check.hear.title')).toBeVisible();
    await this.press(this.button('listening.play'));
    await this.press(this.button('check.hear.action'), { timeout: 30_000 });
    await expect(this.heading('check.speak.title')).toBeVisible();
    await shot(this.page, 'candidate-sound-check');
    await this.press(this.button('check.speak.action'));
    await expect(this.heading('check.back.title')).toBeVisible({ timeout: 30_000 });
    await this.press(this.button('listening.play'));
    await this.press(this.button('check.back.action'), { timeout: 30_000 });
  }

  /** The practice tasks, whatever they are. */
  async practise(): Promise<void> {
    for (let task = 0; task < 6; task += 1) {
      const [choice, begin] = [this.page.getByRole('radio').first(), this.button('part.begin')];
      await expect(choice.or(begin).or(this.button('record.start'))).toBeVisible();
      if ((await begin.count()) > 0) return;
      const before = await this.place();
      if ((await choice.count()) > 0) {
        await this.listen();
        await this.choose(choice);
      } else await this.speak();
      await shot(this.page, `candidate-practice-${task + 1}`);
      await this.press(this.button('next'));
      await this.changed(before);
    }
  }

  /** Where the candidate is: heading, count and question together. */
  private async place(): Promise<string> {
    const texts = await this.page.locator('h1, header, legend').allInnerTexts();
    return texts.map((text) => text.replaceAll(/\s+/g, ' ')).join(' | ');
  }

  /** Waits until the page shows another task. */
  private async changed(before: string): Promise<void> {
    for (let tries = 0; tries < 300; tries += 1) {
      if ((await this.place()) !== before) return;
      await this.page.waitForTimeout(50);
    }
    throw new Error(`the page still says: ${before}`);
  }

  /** The handle of the item on the page: the name of its answers. */
  async itemHandle(): Promise<string> {
    return ((await this.page.getByRole('radio').first().getAttribute('name')) ?? '').replace('answer-', '');
  }

  async answer(option: string): Promise<void> {
    await this.choose(this.page.locator(`input[type="radio"][value="${option}"]`));
    await expect(this.page.getByText(this.text('save.saved')).first()).toBeVisible();
  }

  /** Linear test: to the next question. */
  async nextItem(): Promise<void> {
    const before = await this.itemHandle();
    await this.press(this.button('next'));
    for (let tries = 0; tries < 300; tries += 1) {
      const [present] = await this.page
        .getByRole('radio')
        .evaluateAll((radios) => radios.map((radio) => radio.getAttribute('name') ?? ''));
      if (present !== undefined && present !== `answer-${before}`) return;
      await this.page.waitForTimeout(30);
    }
    throw new Error('the next question does not come');
  }

  /** Answers listening items rightly until the part is over; returns how many there were. */
  async answerListening(known: { right(item: string): string }): Promise<number> {
    for (let given = 1; ; given += 1) {
      const item = await this.itemHandle();
      await this.choose(this.page.locator(`input[type="radio"][value="${known.right(item)}"]`));
      await this.press(this.button('next'));
      for (;;) {
        if ((await this.button('part.begin').count()) > 0) return given;
        // Read at once: the last item may give way to the next part between two looks.
        const [present] = await this.page
          .getByRole('radio')
          .evaluateAll((radios) => radios.map((radio) => radio.getAttribute('name') ?? ''));
        if (present !== undefined && present !== `answer-${item}`) break;
        await this.page.waitForTimeout(30);
      }
    }
  }

  /** Speaks every turn until the receipt. */
  async speakAll(seen: (turn: number) => Promise<void>): Promise<void> {
    for (let turn = 1; ; turn += 1) {
      await expect(this.button('record.start').or(this.heading('receipt.title'))).toBeVisible({ timeout: 30_000 });
      if ((await this.heading('receipt.title').count()) > 0) return;
      await this.speak();
      await seen(turn);
      const before = await this.place();
      await this.press(this.button('next'));
      await this.changed(before);
    }
  }

  /** Hears the stimulus to its end, if there is one. */
  async listen(): Promise<void> {
    const play = this.button('listening.play');
    if ((await play.count()) > 0) {
      await this.press(play);
      await expect(
        this.button('listening.play.again')
          .or(this.page.getByText(this.text('plays.none')))
          .first(),
      ).toBeVisible({ timeout: 90_000 });
    }
  }

  /** Prompt, preparation, two seconds of speech, next. */
  async speak(): Promise<void> {
    await this.press(this.button('listening.play'));
    const start = this.button('record.start');
    await expect(start).toBeEnabled({ timeout: 60_000 });
    await this.press(start);
    await expect(this.button('record.stop')).toBeEnabled({ timeout: 15_000 });
    await this.page.waitForTimeout(2_000);
    await this.press(this.button('record.stop'));
    await expect(this.button('next')).toBeEnabled({ timeout: 30_000 });
  }
}
