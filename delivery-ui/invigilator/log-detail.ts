/** What a line of the log tells beside its kind, in the reader's language; what was typed stays as it was typed. */
import type { LogEntry } from '../../server/api/invigilator/protocol.ts';
import { text, textOfCode } from '../shared/i18n/texts.svelte.ts';

/** Texts that are codes of ours. */
function wordsOf({ type, text: typed = '' }: LogEntry): string {
  if (type === 'part-started' || type === 'part-completed') return textOfCode('staff.step', typed);
  if (type === 'browser-refused') return textOfCode('staff.browser', typed);
  return typed === 'device' ? '' : typed;
}

export const detailOf = (entry: LogEntry): string[] =>
  [
    entry.item === undefined ? '' : String(entry.item),
    entry.how === undefined ? '' : text(`staff.closed.${entry.how}`),
    entry.why === undefined ? '' : textOfCode('staff.reason', entry.why),
    entry.document === undefined ? '' : text(`staff.document.${entry.document}`),
    entry.message === undefined ? '' : textOfCode('staff.message', entry.message),
    entry.erased ? text('staff.erased') : wordsOf(entry),
    entry.durationMs === undefined ? '' : `${Math.round(entry.durationMs / 100) / 10} s`,
    entry.count === undefined ? '' : `×${entry.count}`,
    entry.unreliable ? text('staff.log.unreliable') : '',
  ].filter(Boolean);
