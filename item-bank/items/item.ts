import { z } from 'zod';

/** Languages an item can have a version in. A further language is one entry here and one catalogue file. */
export const languages = ['nl', 'en', 'fr', 'ar', 'uk', 'tr'] as const;
export const Language = z.enum(languages);
export type Language = z.infer<typeof Language>;

/** A clip of the media library: the reviewed, pre-rendered sound (or picture) that every seat hears. */
export const MediaRef = z.strictObject({
  /** Name in the media library. Never sent to a candidate: each session has handles of its own. */
  id: z.string().min(1),
  contentType: z.enum(['audio/mpeg', 'image/svg+xml']),
  /** Length of the sound; 0 for a picture. */
  durationMs: z.int().nonnegative(),
});
export type MediaRef = z.infer<typeof MediaRef>;

/** A text and its sound. */
export const Spoken = z.strictObject({ text: z.string().min(1), audio: MediaRef });
export type Spoken = z.infer<typeof Spoken>;

export const Option = z.strictObject({
  text: z.string().min(1),
  audio: MediaRef.optional(),
  picture: MediaRef.optional(),
});

/** How many answers a choice item may offer. */
export const fewestOptions = 2;
export const mostOptions = 6;

/** One language version of a choice item: what is heard, what is asked, the answers in the author's order. */
export const ChoiceText = z.strictObject({
  /** The whole stimulus as one clip; its text never reaches a candidate. */
  stimulus: Spoken.optional(),
  stem: Spoken,
  options: z.array(Option).min(fewestOptions).max(mostOptions),
});
export type ChoiceText = z.infer<typeof ChoiceText>;

export const Use = z.enum(['operational', 'pretest', 'practice']);

const common = {
  id: z.string().min(1),
  /** 1, 2, …; a version never changes once published. */
  version: z.int().positive(),
  use: Use,
  /** Content codes that blueprints and policies name: type, level, domain, topic, slot, part, task … */
  attributes: z.record(z.string(), z.string()),
  /** Ids of items that may not sit in one test with this one. */
  enemies: z.array(z.string()),
};

export const ChoiceItem = z
  .strictObject({
    ...common,
    kind: z.literal('choice'),
    languages: z.partialRecord(Language, ChoiceText),
    /** Index of the right option in the author's order. */
    key: z.int().nonnegative(),
    /** For people who review the item; never for candidates. */
    rationale: z.string(),
    source: z.string().optional(),
    /** The day on which somebody looked at the source; without it the fact is still to be verified. */
    consulted: z.iso.date().optional(),
    /** The day before which somebody must look at it again. */
    reviewBy: z.string().optional(),
    /** The author's marks for `review/`: the kindest answer, and the one chosen in a trial without the sound. */
    warmest: z.int().nonnegative().optional(),
    withoutAudio: z.int().nonnegative().optional(),
  })
  .refine((item) => new Set(optionCounts(item)).size <= 1, 'every language has the same number of options')
  .refine((item) => optionCounts(item).every((count) => item.key < count), 'the key is one of the options');
export type ChoiceItem = z.infer<typeof ChoiceItem>;

const optionCounts = ({ languages: versions }: { languages: Partial<Record<Language, ChoiceText>> }): number[] =>
  Object.values(versions).map(({ options }) => options.length);

/** As many in every language. */
export const optionCount = (item: Pick<ChoiceItem, 'languages'>): number => optionCounts(item)[0] ?? 0;

export const Criterion = z.enum(['TA', 'RA', 'AC', 'FL', 'IN', 'PH']);
export type Criterion = z.infer<typeof Criterion>;

/** One prompt of a speaking task: heard `plays` times, prepared, answered by one recording. */
export const SpeakingTurn = z.strictObject({
  prompt: Spoken,
  plays: z.int().positive(),
  prepMs: z.int().nonnegative(),
  answerMs: z.int().positive(),
});
export type SpeakingTurn = z.infer<typeof SpeakingTurn>;

export const SpeakingItem = z.strictObject({
  ...common,
  kind: z.literal('speaking'),
  title: z.string(),
  criteria: z.array(Criterion).min(1),
  turns: z.array(SpeakingTurn).min(1),
  /** What a full answer contains, for examiners only. */
  lookFor: z.string(),
});
export type SpeakingItem = z.infer<typeof SpeakingItem>;

export const ItemVersion = z.discriminatedUnion('kind', [ChoiceItem, SpeakingItem]);
export type ItemVersion = z.infer<typeof ItemVersion>;

/** What names an item version for ever. */
export interface ItemRef {
  readonly id: string;
  readonly version: number;
}
