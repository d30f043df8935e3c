/** What the options of choice items attract, where the data say which option was chosen. Pure. */
import { type DistractorFlag, type DistractorOption, distractorTables } from 'itemresponsetheory/fit';
import { keepItems } from './response-rows.ts';
import type { ResponseData } from './stream-responses.ts';

export interface ItemDistractors {
  readonly item: string;
  readonly responses: number;
  readonly options: readonly DistractorOption[];
  readonly flags: readonly DistractorFlag[];
}

/**
 * Of items with one right option; an item whose key cannot be told from the scores has no table. Those with something
 * to look at stand first.
 */
export function distractorsOf({ items, choices }: ResponseData): readonly ItemDistractors[] | undefined {
  if (choices === undefined) return undefined;
  const known = Uint32Array.from(choices.key.keys()).filter((n) => (choices.key[n] ?? -1) >= 0);
  const matrix = keepItems(choices.matrix, known);
  return distractorTables(
    matrix,
    Array.from(known, (n) => choices.key[n] ?? 0),
  )
    .flatMap(({ responses, options, flags }, n): ItemDistractors[] =>
      responses === 0 ? [] : [{ item: items[known[n] ?? 0] ?? '', responses, options, flags }],
    )
    .sort((a, b) => Math.sign(b.flags.length) - Math.sign(a.flags.length));
}
