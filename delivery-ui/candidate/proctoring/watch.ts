/** Looks at the browser during a session. Evidence for a person: it changes nothing on the screen. */
import type { CandidateView } from '../../../server/api/candidate/protocol.ts';
import type { Surroundings } from '../../shared/surroundings.ts';
import type { SignalCoalescer, CoalescedType } from './coalesce.ts';

/** Wall clock against monotonic clock: more than this between two looks is a jump, ms. */
const jumpMs = 2000;

export interface WatchedPage {
  /** The browser itself asks something (may this page hear you?): its prompt takes the focus. */
  readonly isPrompting: () => boolean;
  /** By the rules of the session, as they are known by now. */
  readonly watched: () => CandidateView['watched'];
}

/** @returns how to stop looking. */
export function watchBrowser(
  signals: SignalCoalescer,
  surroundings: Surroundings,
  { isPrompting, watched }: WatchedPage,
): () => void {
  const stopped = new AbortController();
  const { signal } = stopped;
  const on = (target: EventTarget, name: string, react: (event: Event) => void): void =>
    target.addEventListener(name, react, { signal, capture: true });

  const isElsewhere = (): boolean => !document.hidden && !document.hasFocus() && !isPrompting();
  const focus = (): void => {
    if (!watched().focus) return;
    if (isElsewhere()) signals.begin('focus-lost', isElsewhere);
    else signals.end('focus-lost', 'focus-returned');
  };
  // Listeners that capture hear of every button, too: what is meant is the window.
  for (const name of ['blur', 'focus'])
    on(window, name, ({ target }) => {
      if (target === window) focus();
    });
  on(document, 'visibilitychange', () => {
    if (!watched().focus) return;
    if (document.hidden) signals.begin('page-hidden');
    else {
      signals.end('page-hidden', 'page-shown');
      focus();
    }
  });
  on(document, 'fullscreenchange', () => {
    if (!watched().fullScreen) return;
    signals.moment(document.fullscreenElement === null ? 'fullscreen-left' : 'fullscreen-entered');
  });

  const block = (name: string, type: CoalescedType): void =>
    on(document, name, (event) => {
      event.preventDefault();
      signals.moment(type);
    });
  block('paste', 'paste-blocked');
  block('drop', 'paste-blocked');
  block('copy', 'copy-blocked');
  block('cut', 'copy-blocked');
  block('contextmenu', 'context-menu-blocked');
  on(window, 'beforeprint', () => signals.moment('print-attempted'));
  on(window, 'keydown', (event) => {
    if (event instanceof KeyboardEvent && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'p') {
      event.preventDefault();
      signals.moment('print-attempted');
    }
  });
  if (navigator.mediaDevices) on(navigator.mediaDevices, 'devicechange', () => signals.moment('microphone-changed'));

  watchClock(signals, surroundings, signal);
  return () => stopped.abort();
}

function watchClock(signals: SignalCoalescer, surroundings: Surroundings, stopped: AbortSignal): void {
  const difference = (): number => surroundings.wallMs() - surroundings.monotonicMs();
  let before = difference();
  const look = (): void => {
    if (stopped.aborted) return;
    const now = difference();
    if (Math.abs(now - before) > jumpMs)
      signals.moment('clock-jumped', { durationMs: Math.abs(now - before), code: now > before ? 'forward' : 'back' });
    before = now;
    surroundings.after(5000, look);
  };
  surroundings.after(5000, look);
}
