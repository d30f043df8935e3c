/** Numbers as a report writes them. */
import { type ReportLanguage } from '../../words/reports.ts';

export const inLanguage = (language: ReportLanguage): Intl.NumberFormat =>
  new Intl.NumberFormat(language === 'nl' ? 'nl-BE' : 'en-GB');

export const fixed = (value: number | undefined, digits = 2): string =>
  value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits).replace(/^-/, '−');

export const pValue = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value) ? '–' : value < 0.001 ? '< .001' : value.toFixed(3);

/** A for 0, B for 1 …; its number beyond Z. */
export const optionName = (option: number): string => (option < 26 ? String.fromCharCode(65 + option) : String(option));

/** A share as per cent. */
export const percent = (share: number | undefined, digits = 0): string =>
  share === undefined || !Number.isFinite(share) ? '–' : `${(100 * share).toFixed(digits)} %`;
