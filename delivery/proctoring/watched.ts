/** What is watched of a browser, by the rules of the session. No schema here, so that a page may load it. */
import type { Conduct } from './conduct.ts';
import type { SignalType } from './signal.ts';

/** Sessions of before had no rules: all was watched. */
export const watchesFocus = (conduct: Conduct | undefined): boolean =>
  conduct === undefined || (conduct.focus && !conduct.assistiveTechnology);

export const watchesFullScreen = (conduct: Conduct | undefined): boolean =>
  conduct === undefined || (conduct.fullScreen && !conduct.assistiveTechnology);

const rules: ReadonlyMap<SignalType, (conduct: Conduct | undefined) => boolean> = new Map([
  ['focus-lost', watchesFocus],
  ['focus-returned', watchesFocus],
  ['page-hidden', watchesFocus],
  ['page-shown', watchesFocus],
  ['fullscreen-left', watchesFullScreen],
  ['fullscreen-entered', watchesFullScreen],
]);

export const isWatched = (conduct: Conduct | undefined, type: SignalType): boolean =>
  rules.get(type)?.(conduct) ?? true;
