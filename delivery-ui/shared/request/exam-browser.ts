/**
 * Safe Exam Browser as a page meets it: an object that shows the key of its settings, hashed with the address of the
 * page. Passed on with every request, since not every view of that browser can put it there itself.
 */
import type { Surroundings } from '../surroundings.ts';

declare global {
  interface Window {
    readonly SafeExamBrowser?: {
      readonly security?: {
        readonly configKey?: string;
        /** Earlier versions fill in the key only when asked. */
        readonly updateKeys?: (updated: () => void) => void;
      };
    };
  }
}

/** A browser that never answers is as good as one without a key, ms. */
const patienceMs = 2_000;

const security = () => (typeof window === 'undefined' ? undefined : window.SafeExamBrowser?.security);

/** Undefined in any other browser. */
export function shownPageKey(): string | undefined {
  const key = security()?.configKey;
  return key !== undefined && /^[0-9a-f]{64}$/i.test(key) ? key.toLowerCase() : undefined;
}

/** Resolves when the key is there, as far as this browser has one. */
export function pageKeyReady(surroundings: Pick<Surroundings, 'after'>): Promise<void> {
  const shown = security();
  if (shown?.updateKeys === undefined || shownPageKey() !== undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = surroundings.after(patienceMs, resolve);
    shown.updateKeys?.(() => {
      cancel();
      resolve();
    });
  });
}
