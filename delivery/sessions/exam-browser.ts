/**
 * A session that is taken in Safe Exam Browser only. Whoever asks without it, or with other settings, is shown nothing
 * and pauses the session, so that no time is lost; a person in the room lets it go on, in that browser again or, with a
 * reason, without it. The server never ends a session for it. Pure.
 */
import type { Refused } from '../../storage/journal/stream.ts';
import { defined } from '../../storage/document/defined.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { BrowserFault, BrowserStanding } from '../proctoring/browser-standing.ts';
import { afterPause } from './clock.ts';
import { giveBack } from './lost-line.ts';
import type { EventBody, EventOf, GivenReason, SessionState } from './session.ts';

export type BrowserCommand =
  /** What a request showed; without a fault the right key. */
  | { readonly type: 'note-browser'; readonly fault?: BrowserFault }
  | ({ readonly type: 'override-browser'; readonly by: string } & GivenReason)
  | { readonly type: 'require-browser'; readonly by: string };

/** By whom such a pause was made. */
export const byBrowserCheck = 'exam-browser';

/** A browser that is refused and taken in turn fills no stream. */
export const mostRefusals = 20;

const unseen: BrowserStanding = { refusals: 0, isOverridden: false };

const asks = ({ terms }: SessionState): boolean => terms.conduct?.browser === 'safe-exam-browser';

/** Every request is looked at. */
export const isBrowserChecked = (state: SessionState): boolean =>
  asks(state) && state.closed === undefined && state.browser?.isOverridden !== true;

/** It cannot go on before somebody does something at the seat, or lets it go on without. */
export const isLockedOut = (state: SessionState): boolean =>
  isBrowserChecked(state) && state.browser?.fault !== undefined;

/** What is recorded of a request; nothing where nothing changed. */
export function noteBrowser(state: SessionState, fault: BrowserFault | undefined, now: Instant): readonly EventBody[] {
  if (!isBrowserChecked(state)) return [];
  const { browser = unseen } = state;
  if (fault === undefined)
    return state.browser === undefined || browser.fault !== undefined ? [{ type: 'browser-accepted' }] : [];
  const isNew = browser.fault !== fault && browser.refusals < mostRefusals;
  return [...(isNew ? [{ type: 'browser-refused', fault } as const] : []), ...pauseFor(state, now)];
}

/** Whoever was not let in yet has no clock and sees nothing anyway. */
const pauseFor = (state: SessionState, now: Instant): EventBody[] =>
  state.pausedAt !== undefined || state.awaitingAdmission
    ? []
    : [...giveBack(state, now), { type: 'paused', by: byBrowserCheck, why: 'technical.exam-browser', reason: '' }];

export function decideBrowser(
  state: SessionState,
  command: BrowserCommand,
  now: Instant,
): readonly EventBody[] | Refused<{ readonly code: 'any-browser' }> {
  if (command.type === 'note-browser') return noteBrowser(state, command.fault, now);
  if (!asks(state)) return { refused: { code: 'any-browser' } };
  const { by } = command;
  const isOverridden = state.browser?.isOverridden === true;
  if (command.type === 'require-browser') return isOverridden ? [{ type: 'browser-required', by }] : [];
  const { why, reason } = command;
  const given = isOverridden ? [] : [{ type: 'browser-overridden', by, ...defined({ why }), reason } as const];
  return [...given, ...goOn(state, by, now)];
}

/** One act lets the candidate go on, unless answers of the pause wait for a word of their own. */
function goOn(state: SessionState, by: string, now: Instant): EventBody[] {
  if (state.pausedAt === undefined || state.pausedFor !== 'technical.exam-browser') return [];
  if (state.heldAnswers.length > 0) return [];
  return [{ type: 'resumed', by, ...defined({ deadlineAt: afterPause(state, now) }) }];
}

type BrowserEvent = EventOf<'browser-refused' | 'browser-accepted' | 'browser-overridden' | 'browser-required'>;

export function withBrowser({ browser = unseen }: SessionState, event: BrowserEvent): BrowserStanding {
  const { fault: _fault, ...others } = browser;
  switch (event.type) {
    case 'browser-refused':
      return { ...browser, fault: event.fault, refusals: browser.refusals + 1 };
    case 'browser-accepted':
      return others;
    case 'browser-overridden':
      return { ...browser, isOverridden: true };
    case 'browser-required':
      return { ...others, isOverridden: false };
  }
}
