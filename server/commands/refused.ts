/** Errors of data as what a caller can mend: one line, no stack. */
import { type ReportLanguage, type ReportVoice, reportVoice } from '../../words/reports.ts';
import { reasonOfRefusal, refusalOf } from '../reports/refusals.ts';
import { RefusedData, UsageError } from './usage-error.ts';

/** Codes of the platform for files that cannot be unpacked or read as CSV. */
const unreadable = /^(Z_|CSV_)/;

/** Bad data and missing files are wrong calls; any other error stays what it is. */
function asRefused(error: unknown, say: ReportVoice): unknown {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return new RefusedData(reasonOfRefusal(refusal, say, 'command'));
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return error;
  if (error.code === 'ENOENT' && 'path' in error)
    return new UsageError('usage.no-such-file', { path: String(error.path) });
  return unreadable.test(error.code) ? new RefusedData(error.message) : error;
}

/** Does a command's work, whose refusals are said in the language of its report. */
export async function withRefusals<T>(language: ReportLanguage, work: (say: ReportVoice) => Promise<T>): Promise<T> {
  const say = reportVoice(language);
  try {
    return await work(say);
  } catch (error) {
    throw asRefused(error, say);
  }
}
