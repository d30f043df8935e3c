/** The words of what a person takes away: certificates, statements. */
import en from './catalogues/documents/en.json' with { type: 'json' };
import nl from './catalogues/documents/nl.json' with { type: 'json' };
import { type Voice, voiceOf } from './voice.ts';

const catalogues = { nl, en };
export type DocumentLanguage = keyof typeof catalogues;

export const documentVoice = (language: DocumentLanguage): Voice<typeof nl, DocumentLanguage> =>
  voiceOf(catalogues[language], language);
