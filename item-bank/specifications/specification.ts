import { z } from 'zod';
import { Language, fewestOptions, mostOptions } from '../items/item.ts';
import { AdaptivePolicySchema } from './adaptive-policy.ts';

/** Names of tests, parts and regimes: they stand in addresses, files and keys. */
const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);

const OptionCount = z.int().min(fewestOptions).max(mostOptions);
/** How many options an item of the part may offer; three where a specification of before does not say. */
const Options = z
  .strictObject({ fewest: OptionCount, most: OptionCount })
  .refine(({ fewest, most }) => fewest <= most, 'the fewest options are at most the most')
  .default({ fewest: 3, most: 3 });

/** By language. Absent: the page introduces the part by its kind, under the test's title or words of its own. */
const PartTitle = z.record(z.string(), z.string()).exactOptional();

/** Items chosen one by one by the engine under a policy. */
export const AdaptivePart = z.strictObject({
  kind: z.literal('adaptive'),
  id: Name,
  title: PartTitle,
  policy: AdaptivePolicySchema,
  options: Options,
  /** Plays of the stimulus; question and options replay freely. */
  plays: z.int().positive(),
  /**
   * Time for one item, from its presentation, ms. Nothing advances by itself: when it is over the item takes no more
   * answers.
   */
  itemLimitMs: z.int().positive(),
});

/** Speaking: one prompt for each task, drawn by the session's seed. */
export const SpeakingPart = z.strictObject({
  kind: z.literal('speaking'),
  id: Name,
  title: PartTitle,
  tasks: z.array(z.string()).min(2).max(5),
});

/** A linear-on-the-fly form: one item for each slot of the blueprint, free movement, review before submitting. */
export const LinearPart = z.strictObject({
  kind: z.literal('linear'),
  id: Name,
  title: PartTitle,
  /** `part` is what the regime counts the item under; the form has these one after another, as they first appear. */
  slots: z.array(z.strictObject({ id: z.string(), part: Name })).min(1),
  options: Options,
  /** Plays of a stimulus; absent: it replays freely. */
  plays: z.int().positive().optional(),
  /** Unscored items mixed in. */
  pretest: z.int().nonnegative(),
  limitMs: z.int().positive(),
});

export const TestPart = z.discriminatedUnion('kind', [AdaptivePart, SpeakingPart, LinearPart]);
export type TestPart = z.infer<typeof TestPart>;
export type AdaptivePart = z.infer<typeof AdaptivePart>;
export type SpeakingPart = z.infer<typeof SpeakingPart>;
export type LinearPart = z.infer<typeof LinearPart>;

export const lostLineDefault = { clockStopsMs: 600_000, lateAnswers: 'when-unheard' } as const;

/** What a candidate keeps whose line is lost. Sessions of specifications that do not say have the default. */
export const LostLinePolicy = z
  .strictObject({
    /** The clock stands still while the server sees the line lost: at most this long over the whole test, ms. */
    clockStopsMs: z.int().nonnegative(),
    /**
     * An answer that was chosen in time, by the page's word, and came late. `when-unheard`: it counts if the server
     * itself heard nothing of the page from before the time was over until the answer came. `never`: it is kept and
     * does not count.
     */
    lateAnswers: z.enum(['when-unheard', 'never']),
  })
  .default(() => lostLineDefault);
export type LostLinePolicy = z.infer<typeof LostLinePolicy>;

export const personalExposureDefault = { mostSeen: 0.5, withinDays: 730 } as const;

/** How much of each of its banks a test shows one person; specifications that do not say have the default. */
export const PersonalExposure = z
  .strictObject({
    /** Once one person has seen this share of a bank, in any sessions of the test, nothing new of it is shown. */
    mostSeen: z.number().positive().max(1),
    /** What was shown longer ago than so many days is forgotten. */
    withinDays: z.int().positive(),
  })
  .default(() => personalExposureDefault);
export type PersonalExposure = z.infer<typeof PersonalExposure>;

/** The definition of a test; versioned, immutable once published. */
export const Specification = z
  .strictObject({
    id: Name,
    version: z.int().positive(),
    title: z.record(z.string(), z.string()),
    /** Family of the regimes that decide; where a specification of before does not say, the one of the test's name. */
    regime: Name.optional(),
    /** Banks whose newest release a registration pins. */
    banks: z.array(z.string()).min(1),
    /** Languages the scored content can be taken in. */
    languages: z.array(Language).min(1),
    /** Ids of practice items, in order; a speaking item is the last. */
    practice: z.array(z.string()),
    parts: z.array(TestPart).min(1),
    lostLine: LostLinePolicy,
    personalExposure: PersonalExposure,
    synthetic: z.boolean(),
  })
  .refine(
    ({ parts }) => parts.filter(({ kind }) => kind !== 'speaking').length <= 1,
    'one part at most has questions with options: a second would draw from the same items',
  )
  .transform((specification) => ({ ...specification, regime: specification.regime ?? specification.id }));
export type Specification = z.infer<typeof Specification>;
export type SpecificationId = Specification['id'];
