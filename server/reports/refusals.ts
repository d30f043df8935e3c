/** Why data were refused, in the words of whoever reads it: one catalogue for the command and the page. */
import { IrtError } from 'itemresponsetheory';
import { NotCalibrated } from '../../item-bank/calibration/recalibrate.ts';
import { type Fields, ResponseFileError } from '../../item-bank/calibration/response-file-error.ts';
import en from './refusals.en.json' with { type: 'json' };
import nl from './refusals.nl.json' with { type: 'json' };
import { type ReportLanguage, fill } from './report-page.ts';

/** A refusal as it is kept and sent; `detail` is English, for codes that the catalogue does not know. */
export interface Refusal {
  readonly code: string;
  readonly fields?: Fields | undefined;
  readonly detail: string;
}

interface Catalogue {
  /** Of each code the sentences for what may be known of it: the first whose every value is there is said. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  /** What to do about it, where the reader is. */
  readonly hints: Readonly<Record<'command' | 'page', Readonly<Record<string, string>>>>;
}
const catalogues: Readonly<Record<ReportLanguage, Catalogue>> = { nl, en };

/** Undefined for an error that is no refusal but a fault. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof ResponseFileError || error instanceof NotCalibrated)
    return { code: error.code, fields: error.fields, detail: error.message };
  return error instanceof IrtError
    ? { code: error.code, fields: { field: error.field, value: String(error.value) }, detail: error.message }
    : undefined;
}

export function refusalText(
  { code, fields = {}, detail }: Refusal,
  language: ReportLanguage,
  place: 'command' | 'page',
): string {
  const { texts, hints } = catalogues[language];
  const sentence = (Object.hasOwn(texts, code) ? texts[code] : undefined)?.find((text) =>
    [...text.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => Object.hasOwn(fields, name)),
  );
  if (sentence === undefined) return detail === '' ? code : detail;
  const hint = Object.hasOwn(hints[place], code) ? hints[place][code] : undefined;
  return `${fill(sentence, fields)}${hint === undefined ? '' : ` ${hint}`}`;
}
