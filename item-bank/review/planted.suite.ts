/** Items with something wrong in them, for the tests of this room. */
import type { ChoiceItem, Language, SpeakingItem } from '../items/item.ts';

const audio = { id: 'clip.mp3', contentType: 'audio/mpeg' as const, durationMs: 1000 };
const picture = { id: 'picture.svg', contentType: 'image/svg+xml' as const, durationMs: 0 };
const spoken = (text: string) => ({ text, audio });

export interface PlantedText {
  readonly heard?: string;
  readonly asked?: string;
  readonly answers?: readonly string[];
}
const answers = ['een brood', 'een taart', 'een ei'];

export function planted(
  id: string,
  texts: Partial<Record<Language, PlantedText>>,
  changed: Partial<ChoiceItem> = {},
  hasPictures = false,
): ChoiceItem {
  const versions = Object.entries(texts).map(([language, { heard, asked, answers: given }]) => [
    language,
    {
      ...(heard === undefined ? {} : { stimulus: spoken(heard) }),
      stem: spoken(asked ?? 'Wat neemt de man?'),
      options: (given ?? answers).map((text) => ({ text, audio, ...(hasPictures ? { picture } : {}) })),
    },
  ]);
  return {
    kind: 'choice',
    id,
    version: 1,
    use: 'operational',
    attributes: {},
    enemies: [],
    key: 0,
    rationale: 'Omdat.',
    languages: Object.fromEntries(versions),
    ...changed,
  };
}

export const plantedPrompt = (text: string): SpeakingItem => ({
  kind: 'speaking',
  id: 'S1-99',
  version: 1,
  use: 'operational',
  attributes: { task: 'S1' },
  enemies: [],
  title: 'Vragen',
  criteria: ['TA'],
  turns: [{ prompt: spoken(text), plays: 1, prepMs: 0, answerMs: 20_000 }],
  lookFor: 'Iets.',
});
