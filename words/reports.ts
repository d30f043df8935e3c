/** The words of the reports, for those who read an outcome on paper or on the terminal, and why data were refused. */
import en from './catalogues/reports/en.json' with { type: 'json' };
import nl from './catalogues/reports/nl.json' with { type: 'json' };
import type { KeyOf } from './keys.ts';
import { type Voice, voiceOf } from './voice.ts';

export type ReportKey = KeyOf<typeof nl>;

const catalogues = { nl, en };
export type ReportLanguage = keyof typeof catalogues;
export type ReportVoice = Voice<typeof nl, ReportLanguage>;
export const reportLanguages = ['nl', 'en'] as const satisfies readonly ReportLanguage[];

export const reportVoice = (language: ReportLanguage): ReportVoice => voiceOf(catalogues[language], language);

/** A text as it stands in the catalogue, its values not filled in; undefined where there is none. */
export function reportText(key: string, language: ReportLanguage): string | undefined {
  const texts: Readonly<Record<string, string>> = catalogues[language];
  return Object.hasOwn(texts, key) ? texts[key] : undefined;
}
