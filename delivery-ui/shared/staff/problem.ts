/** A failed request in the words of the staff's catalogue. */
import { text, textOfCode } from '../i18n/texts.svelte.ts';
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
]);

export function problemText(error: unknown): string {
  if (!(error instanceof RequestFailed)) return text('staff.problem.other');
  if (error.problem['reason'] === 'reference-of-another-person') return text('staff.problem.reference');
  if (error.code.startsWith('token-')) return text('staff.problem.not-logged-in');
  return known.has(error.code) ? textOfCode('staff.problem', error.code) : text('staff.problem.other');
}
