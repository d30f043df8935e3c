/** The reference files' items in the package's own words. */
import type { ItemSpec } from 'itemresponsetheory';

export interface ReferenceItem {
  readonly id: string;
  readonly model: string;
  readonly a?: number | readonly number[];
  readonly b?: number | readonly number[];
  readonly c?: number | readonly number[];
  readonly d?: number;
  readonly tau?: readonly number[];
}

const one = (value: number | readonly number[] | undefined, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;
const many = (value: number | readonly number[] | undefined): readonly number[] =>
  typeof value === 'number' ? [value] : (value ?? []);

export function specOf(item: ReferenceItem): ItemSpec {
  const { id } = item;
  switch (item.model) {
    case '1PL':
    case '2PL':
    case '3PL':
    case '4PL':
      return {
        model: 'logistic',
        id,
        slope: one(item.a, 1),
        difficulty: one(item.b, 0),
        lower: one(item.c, 0),
        upper: item.d ?? 1,
      };
    case 'GRM':
      return { model: 'graded-response', id, slope: one(item.a, 1), steps: many(item.b) };
    case 'GPCM':
    case 'PCM':
      return { model: 'generalized-partial-credit', id, slope: one(item.a, 1), steps: many(item.b) };
    case 'RSM':
      return { model: 'generalized-partial-credit', id, steps: (item.tau ?? []).map((tau) => one(item.b, 0) + tau) };
    case 'NRM':
      return { model: 'nominal', id, slopes: withoutZero(many(item.a)), intercepts: withoutZero(many(item.c)) };
    default:
      throw new Error(`no model ${item.model}`);
  }
}
/** Nominal items may list category 0, which is fixed to 0. */
const withoutZero = (values: readonly number[]): readonly number[] => (values[0] === 0 ? values.slice(1) : values);
