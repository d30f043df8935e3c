/** Why data were refused, in the words of whoever reads it: one catalogue for the command and the page. */
import { IrtError } from 'itemresponsetheory';
import { NotCalibrated } from '../../item-bank/calibration/recalibrate.ts';
import { type Fields, ResponseFileError } from '../../item-bank/calibration/response-file-error.ts';
import { placeholdersOf } from '../../words/phrase.ts';
import { type ReportVoice, reportText } from '../../words/reports.ts';

/** A refusal as it is kept and sent; `detail` is English, for codes that the catalogue does not know. */
export interface RefusalInWords {
  readonly code: string;
  readonly fields?: Fields | undefined;
  readonly detail: string;
}

/** Undefined for an error that is no refusal but a fault. */
export function refusalOf(error: unknown): RefusalInWords | undefined {
  if (error instanceof ResponseFileError || error instanceof NotCalibrated)
    return { code: error.code, fields: error.fields, detail: error.message };
  return error instanceof IrtError
    ? { code: error.code, fields: { field: error.field, value: String(error.value) }, detail: error.message }
    : undefined;
}

/** A code has a sentence for each set of facts that may be known: the first whose values are all there is said. */
function sentenceOf(code: string, fields: Fields, say: ReportVoice): string | undefined {
  for (let n = 1; ; n += 1) {
    const key = `refusal.${code}.${n}`;
    const text = reportText(key, say.language);
    if (text === undefined) return undefined;
    if (placeholdersOf(text).every((name) => Object.hasOwn(fields, name))) return say.find(key, fields);
  }
}

/** With what to do about it, where the reader is. */
export function reasonOfRefusal(
  { code, fields = {}, detail }: RefusalInWords,
  say: ReportVoice,
  place: 'command' | 'page',
): string {
  const sentence = sentenceOf(code, fields, say);
  if (sentence === undefined) return detail === '' ? code : detail;
  const hint = say.find(`hint.${place}.${code}`);
  return hint === undefined ? sentence : `${sentence} ${hint}`;
}
