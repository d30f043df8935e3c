/** A failed request in the words of the staff's catalogue. */
import { type TextKey, text } from '../i18n/texts.svelte.ts';
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
]);

export function problemText(error: unknown): string {
  if (!(error instanceof RequestFailed)) return text('staff.problem.other');
  if (error.problem['reason'] === 'reference-of-another-person') return text('staff.problem.reference');
  const key: TextKey = `staff.problem.${known.has(error.code) ? error.code : error.code.startsWith('token-') ? 'not-logged-in' : 'other'}`;
  return text(key);
}
