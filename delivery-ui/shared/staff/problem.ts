/** A failed request in the words of the staff's catalogue. */
import { formatInstant, text, textOfCode } from '../i18n/texts.svelte.ts';
import { RequestFailed } from '../request/request.ts';

const known = new Set([
  'wrong-password',
  'too-many-attempts',
  'not-allowed',
  'offline',
  'timeout',
  'wrong-state',
  'lease-lost',
  'invalid-request',
  'not-found',
  'not-logged-in',
  'page-older',
  'items-exhausted',
]);

/** Why something is not possible, where that has words of its own. */
const reasons = new Set([
  'before-the-day',
  'birth-date-impossible',
  'case-open',
  'day-past',
  'day-taken',
  'day-too-far',
  'earlier-open',
  'earlier-undecided',
  'exam-browser-due',
  'language-not-offered',
  'no-case',
  'no-second-account',
  'no-second-person',
  'not-on-this-day',
  'nothing-to-decide',
  'own-case',
  'own-close',
  'password-common',
  'password-same',
  'password-short',
  'person-erased',
  'reference-of-another-person',
  'registration-absent',
  'registration-admitted',
  'registration-cancelled',
  'same-person',
  'second-person-due',
]);

/** Of an earlier session that is in the way. */
const whereAndWhen = ({
  day,
  centreName,
}: RequestFailed['problem']): { readonly day: string; readonly centre: string } => ({
  day: typeof day === 'string' ? formatInstant(`${day}T12:00:00Z`, { dateStyle: 'long' }) : '',
  centre: typeof centreName === 'string' ? centreName : '',
});

export function problemText(error: unknown): string {
  if (!(error instanceof RequestFailed)) return text('staff.problem.other');
  const { reason } = error.problem;
  if (typeof reason === 'string' && reasons.has(reason))
    return textOfCode('staff.problem', reason, whereAndWhen(error.problem));
  if (error.code.startsWith('token-')) return text('staff.problem.not-logged-in');
  return known.has(error.code) ? textOfCode('staff.problem', error.code) : text('staff.problem.other');
}
