/** Why the server refused a designer's act, in words. */
import { text, textOfCode } from '../shared/i18n/texts.svelte.ts';
import { RequestFailed } from '../shared/request/request.ts';
import { problemText } from '../shared/staff/problem.ts';

const known = new Set([
  'calibration-busy',
  'calibration-not-running',
  'calibration-not-finished',
  'calibration-no-files',
  'base-superseded',
  'published-already',
  'not-converged',
  'displaced-anchor',
  'mixed-scales',
  'in-force-already',
]);

export function refusalText(error: unknown): string {
  if (!(error instanceof RequestFailed)) return problemText(error);
  const reason = error.problem['reason'];
  const items = error.problem['items'];
  if (typeof reason === 'string' && known.has(reason))
    return textOfCode('staff.calibration.refused', reason, typeof items === 'string' ? { items } : {});
  if (error.code === 'too-large' || error.code === 'unsupported-media')
    return text(`staff.calibration.refused.${error.code}`);
  return problemText(error);
}
