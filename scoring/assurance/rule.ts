/**
 * The regimes as the second scorer reads them: from their data and its own understanding of what their text says, by
 * no code of the first.
 */
import { z } from 'zod';

const common = { id: z.string(), family: z.string(), validFrom: z.string(), use: z.string() };
const CountingRule = z.object({
  ...common,
  kind: z.literal('counted'),
  overall: z.object({ test: z.number(), processEvaluation: z.number() }).optional(),
  conditions: z.array(
    z.object({
      id: z.string(),
      part: z.string(),
      atLeast: z.object({ numerator: z.number(), denominator: z.number() }),
    }),
  ),
});
const MeasuringRule = z.object({
  ...common,
  kind: z.literal('oral'),
  levels: z.array(z.object({ name: z.string(), scale: z.number(), listening: z.number(), speaking: z.number() })),
  required: z.string(),
  limits: z.object({ lowest: z.number(), highest: z.number() }),
  weights: z.object({ listening: z.number(), speaking: z.number() }),
  floorBelowLevel: z.number(),
  speaking: z.object({ thresholds: z.array(z.number()) }),
  hearings: z
    .object({
      band: z.object({ lower: z.number(), upper: z.number() }),
      hearingsOfFail: z.number(),
      mostHearings: z.number(),
      passFrom: z.number(),
      effects: z.object({ task: z.number(), rater: z.number(), halo: z.number() }),
    })
    .optional(),
});
const WrittenRule = z.discriminatedUnion('kind', [CountingRule, MeasuringRule]);
export type CountingRule = z.infer<typeof CountingRule>;
export type MeasuringRule = z.infer<typeof MeasuringRule>;
export type WrittenRule = z.infer<typeof WrittenRule>;

/** Which one is meant: by its name, or the one in force on a day, of several the youngest. */
export type Which = { readonly id: string } | { readonly day: string };

/** Undefined when there is none. */
export function ruleOf(family: string, which: Which, regimes: readonly unknown[]): WrittenRule | undefined {
  const ofFamily = regimes.map((regime) => WrittenRule.parse(regime)).filter((rule) => rule.family === family);
  if ('id' in which) return ofFamily.find(({ id }) => id === which.id);
  const inForce = ofFamily.filter(({ use, validFrom }) => use === 'in-force' && validFrom <= which.day);
  inForce.sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1));
  return inForce[0];
}

/** Day in Brussels of an instant, YYYY-MM-DD, put together from the parts of the date. */
export function brusselsDay(instant: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Brussels',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(new Date(instant));
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}
