/**
 * A regime: a dated legal rule as data. Ratios are pairs of whole numbers, so that 70 % of 41 is never a matter of
 * rounding.
 */
import { z } from 'zod';
import mo2022 from './mo-2022.json' with { type: 'json' };
import mo2023 from './mo-2023.json' with { type: 'json' };
import mo2026 from './mo-2026.json' with { type: 'json' };
import mo70 from './mo-70-2026.json' with { type: 'json' };
import nt2 from './nt2-oral-b1.json' with { type: 'json' };
import nt2HeardAgain from './nt2-oral-b1-heard-again.json' with { type: 'json' };

const common = {
  id: z.string(),
  /** Which specifications it decides: those that name this family. */
  family: z.string().min(1),
  validFrom: z.iso.date(),
  title: z.record(z.string(), z.string()),
  note: z.string(),
  /** `in-force` is chosen by the day of the test; `reference` only by its id, to compare with. */
  use: z.enum(['in-force', 'reference']),
};

const Ratio = z
  .strictObject({ numerator: z.int().nonnegative(), denominator: z.int().positive() })
  .refine(({ numerator, denominator }) => numerator <= denominator, 'a ratio is at most 1');

/** Right answers are counted, in total and in each part of the form. */
export const CountedRegime = z
  .strictObject({
    ...common,
    kind: z.literal('counted'),
    /** Whole-number weights of what `overall` counts; absent where no condition asks for it. */
    overall: z.strictObject({ test: z.int().positive(), processEvaluation: z.int().nonnegative() }).optional(),
    conditions: z
      .array(
        z.strictObject({
          id: z.string(),
          /** `total`, `overall`, or a part of the form. */
          part: z.string().min(1),
          atLeast: Ratio,
        }),
      )
      .min(1),
  })
  .refine(
    ({ overall, conditions }) => overall !== undefined || conditions.every(({ part }) => part !== 'overall'),
    'a condition on overall needs its weights',
  );
export type CountedRegime = z.infer<typeof CountedRegime>;

const Level = z.strictObject({
  name: z.string(),
  /** Point on the reporting scale. */ scale: z.int(),
  /** Cuts in logits of each part's own scale. */ listening: z.number(),
  speaking: z.number(),
});
const isAscending = (values: readonly number[]): boolean =>
  values.every((value, n) => n === 0 || value > (values[n - 1] ?? value));
const share = z.number().min(0).max(1);
/** How often a candidate is heard, and from which probability of the required level on it is met. */
const HearingPlan = z
  .strictObject({
    /** Between these the tasks are heard once more, by other examiners. */
    band: z.strictObject({ lower: share, upper: share }),
    /** Nobody fails on fewer hearings than this. */
    hearingsOfFail: z.int().min(1),
    mostHearings: z.int().min(1),
    passFrom: share,
    /** At least so many hear the tasks of one candidate. */
    examiners: z.int().min(1),
    /** Standard deviations of what ratings share, logits: person × task, person × rater, one hearing. */
    effects: z.strictObject({
      task: z.number().nonnegative(),
      rater: z.number().nonnegative(),
      halo: z.number().nonnegative(),
    }),
  })
  .refine(({ band, passFrom }) => band.lower <= passFrom && passFrom <= band.upper, 'the pass lies in the band')
  .refine(({ hearingsOfFail, mostHearings }) => hearingsOfFail <= mostHearings, 'a fail can be heard as often');
export type HearingPlan = z.infer<typeof HearingPlan>;

/** Listening and speaking are measured, each on its own scale, and weighed together on the reporting scale. */
export const OralRegime = z
  .strictObject({
    ...common,
    kind: z.literal('oral'),
    /** Ascending. */
    levels: z.array(Level).min(2),
    required: z.string(),
    limits: z.strictObject({ lowest: z.int(), highest: z.int() }),
    /** Whole numbers; their sum is the divisor. */
    weights: z.strictObject({ listening: z.int().positive(), speaking: z.int().positive() }),
    /** No part may lie more than this below a level, in points of the reporting scale. */
    floorBelowLevel: z.int().nonnegative(),
    /** Partial credit thresholds of every criterion. */
    speaking: z.strictObject({ thresholds: z.array(z.number()).length(5) }),
    hearings: HearingPlan.exactOptional(),
  })
  .refine(
    ({ levels }) =>
      (['scale', 'listening', 'speaking'] as const).every((field) => isAscending(levels.map((level) => level[field]))),
    'levels ascend in scale and in both cuts',
  )
  .refine(
    ({ levels, required }) => levels.some(({ name }) => name === required),
    'the required level is one of the levels',
  );
export type OralRegime = z.infer<typeof OralRegime>;

export const Regime = z.discriminatedUnion('kind', [CountedRegime, OralRegime]);
export type Regime = z.infer<typeof Regime>;

/** All that ship; read and checked when the program starts. */
export const regimes: readonly Regime[] = [mo2022, mo2023, mo2026, mo70, nt2, nt2HeardAgain].map((data) =>
  Regime.parse(data),
);

export class NoRegime extends Error {
  readonly code = 'no-regime';
  constructor(family: string, which: string) {
    super(`no regime of ${family} ${which}`);
    this.name = 'NoRegime';
  }
}

/** The newest one in force on a day (YYYY-MM-DD). Throws NoRegime, also when the text is no day. */
export function regimeAt(family: string, date: string, among: readonly Regime[] = regimes): Regime {
  const candidates = z.iso.date().safeParse(date).success
    ? among.filter((one) => one.family === family && one.use === 'in-force' && one.validFrom <= date)
    : [];
  const [first, ...others] = candidates;
  if (first === undefined) throw new NoRegime(family, `is in force on ${JSON.stringify(date)}`);
  return others.reduce((newest, regime) => (regime.validFrom > newest.validFrom ? regime : newest), first);
}

/** The one that a result names, whatever came into force since. Throws NoRegime. */
export function regimeById(family: string, id: string, among: readonly Regime[] = regimes): Regime {
  const found = among.find((regime) => regime.family === family && regime.id === id);
  if (found === undefined) throw new NoRegime(family, `is called ${JSON.stringify(id)}`);
  return found;
}
