/** A regime: a dated legal rule as data. Ratios are pairs of whole numbers, so that 70 % of 41 is never a matter of rounding. */
import { z } from 'zod';
import mo2022 from './mo-2022.json' with { type: 'json' };
import mo2023 from './mo-2023.json' with { type: 'json' };
import mo70 from './mo-70-2026.json' with { type: 'json' };
import nt2 from './nt2-oral-b1.json' with { type: 'json' };

const common = { id: z.string(), validFrom: z.iso.date(), title: z.record(z.string(), z.string()), note: z.string() };

export const MoRegime = z.strictObject({
  ...common, family: z.literal('mo'),
  conditions: z.array(z.strictObject({ id: z.string(), part: z.enum(['total', 'values', 'practical']), atLeast: z.strictObject({ numerator: z.int().nonnegative(), denominator: z.int().positive() }) })).min(1),
});
export type MoRegime = z.infer<typeof MoRegime>;

const Level = z.strictObject({ name: z.string(), /** Point on the reporting scale. */ scale: z.int(), /** Cuts in logits of each part's own scale. */ listening: z.number(), speaking: z.number() });
export const OralRegime = z.strictObject({
  ...common, family: z.literal('nt2-oral'),
  /** Ascending. */
  levels: z.array(Level).min(2),
  required: z.string(),
  limits: z.strictObject({ lowest: z.int(), highest: z.int() }),
  /** Whole numbers; their sum is the divisor. */
  weights: z.strictObject({ listening: z.int().positive(), speaking: z.int().positive() }),
  /** No part may lie more than this below a level, in points of the reporting scale. */
  floorBelowLevel: z.int().nonnegative(),
  /** Partial credit thresholds of every criterion, and the raters' severity until it is estimated. */
  speaking: z.strictObject({ thresholds: z.array(z.number()).length(5), severity: z.number() }),
});
export type OralRegime = z.infer<typeof OralRegime>;

export const Regime = z.discriminatedUnion('family', [MoRegime, OralRegime]);
export type Regime = z.infer<typeof Regime>;

/** All that ship; read and checked when the program starts. */
export const regimes: readonly Regime[] = [mo2022, mo2023, mo70, nt2].map((data) => Regime.parse(data));

export class NoRegime extends Error {
  readonly code = 'no-regime';
  constructor(family: string, date: string) { super(`no regime of ${family} is in force on ${date}`); this.name = 'NoRegime'; }
}

/** The newest one in force on a day (YYYY-MM-DD). */
function regimeAt<F extends Regime['family']>(family: F, date: string): Regime {
  const found = regimes.filter((regime) => regime.family === family && regime.validFrom <= date).sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))[0];
  if (found === undefined) throw new NoRegime(family, date);
  return found;
}
export function moRegimeAt(date: string): MoRegime { const found = regimeAt('mo', date); if (found.family !== 'mo') throw new NoRegime('mo', date); return found; }
export function oralRegimeAt(date: string): OralRegime { const found = regimeAt('nt2-oral', date); if (found.family !== 'nt2-oral') throw new NoRegime('nt2-oral', date); return found; }
