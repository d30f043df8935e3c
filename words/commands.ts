/** The words of the `meetlat` commands: help, wrong calls, what they tell on the terminal. */
import en from './catalogues/commands/en.json' with { type: 'json' };
import nl from './catalogues/commands/nl.json' with { type: 'json' };
import type { KeyOf } from './keys.ts';
import { type Voice, voiceOf } from './voice.ts';

export type CommandTexts = typeof en;
export type CommandKey = KeyOf<CommandTexts>;
export type CommandVoice = Voice<CommandTexts>;

const catalogues: Readonly<Record<string, CommandTexts>> = { en, nl };

/** English where there is no catalogue of the language. */
export function commandVoice(language: string): CommandVoice {
  const texts = Object.hasOwn(catalogues, language) ? catalogues[language] : undefined;
  return texts === undefined ? voiceOf(en, 'en') : voiceOf(texts, language);
}
