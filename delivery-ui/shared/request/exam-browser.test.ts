import { afterEach, describe, expect, it, vi } from 'vitest';
import { pageKeyReady, shownPageKey } from './exam-browser.ts';
import { send } from './request.ts';

const key = 'AB'.repeat(32);
const after = (_ms: number, call: () => void) => {
  const timer = setTimeout(call, 0);
  return () => clearTimeout(timer);
};
afterEach(() => vi.unstubAllGlobals());

/** The headers of one request. */
async function sent(): Promise<Record<string, string>> {
  const headers: Record<string, string>[] = [];
  vi.stubGlobal('fetch', (_path: string, init: { headers: Record<string, string> }) => {
    headers.push(init.headers);
    return Promise.resolve(new Response('{}'));
  });
  await send('candidate/session');
  return headers[0] ?? {};
}

describe('the key that the browser shows', () => {
  it('goes with every request', async () => {
    vi.stubGlobal('window', { SafeExamBrowser: { security: { configKey: key } } });
    expect((await sent())['Meetlat-Config-Key-Hash']).toBe(key.toLowerCase());
  });

  it.each([
    ['another browser', {}],
    ['one that shows none', { SafeExamBrowser: {} }],
    ['one that shows something else', { SafeExamBrowser: { security: { configKey: 'none\r\nX: y' } } }],
  ])('is not there in %s', async (_, window) => {
    vi.stubGlobal('window', window);
    expect(await sent()).not.toHaveProperty('Meetlat-Config-Key-Hash');
  });

  it('is asked for where the browser fills it in only then', async () => {
    const security: { configKey?: string; updateKeys: (updated: () => void) => void } = {
      updateKeys: (updated) => {
        security.configKey = key;
        updated();
      },
    };
    vi.stubGlobal('window', { SafeExamBrowser: { security } });
    await pageKeyReady({ after });
    expect(shownPageKey()).toBe(key.toLowerCase());
  });

  it('is not waited for without end', async () => {
    vi.stubGlobal('window', { SafeExamBrowser: { security: { updateKeys: () => {} } } });
    await pageKeyReady({ after });
    expect(shownPageKey()).toBeUndefined();
  });
});
