/** A real Chromium with a fake microphone that hears a tone, screenshots as artefacts, and axe. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';

export const browserPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
export const hasBrowser = process.env['CHROMIUM_PATH'] !== '';

const shots = join(import.meta.dirname, 'shots');

/** Ten seconds of a 220 Hz tone that swells and fades like speech: 16-bit mono WAV. */
function fakeVoice(): string {
  const rate = 48_000;
  const samples = rate * 10;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let n = 0; n < samples; n += 1) {
    const swell = 0.35 + 0.3 * Math.sin((2 * Math.PI * 3 * n) / rate);
    wav.writeInt16LE(Math.round(32_000 * swell * Math.sin((2 * Math.PI * 220 * n) / rate)), 44 + n * 2);
  }
  const path = join(tmpdir(), `meetlat-voice-${process.pid}.wav`);
  writeFileSync(path, wav);
  return path;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=user-gesture-required',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${fakeVoice()}`,
    ],
  });
}

/** A person's window; faults of the page fail the test that looks at `faults`. */
export async function openWindow(
  browser: Browser,
  options: {
    readonly url: string;
    readonly locale?: string;
    readonly viewport?: { width: number; height: number };
    readonly hasTouch?: boolean;
  },
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const context = await browser.newContext({
    baseURL: options.url,
    locale: options.locale ?? 'nl-BE',
    viewport: options.viewport ?? { width: 1280, height: 800 },
    permissions: ['microphone'],
    hasTouch: options.hasTouch ?? false,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  return { context, page, faults };
}

export async function shot(page: Page, name: string): Promise<void> {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

/** WCAG 2.2 AA by axe; the names of what it finds. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}
