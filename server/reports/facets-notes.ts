/**
 * What a reader of `meetlat facets` must know before the numbers: what leans, what counts double, what was closed up,
 * and what hardly holds together.
 */
import type { Join, RatingTable } from 'itemresponsetheory/facets';
import type { Estimates } from './facets-outcome.ts';
import texts from './facets.json' with { type: 'json' };
import { fill, type ReportLanguage } from './report-page.ts';

/** Fewer persons than this across a cut and every comparison over it hangs on them. */
const fewestJoining = 5;

export function notesOf(
  table: RatingTable,
  { leaning, isCorrected }: Pick<Estimates, 'leaning' | 'isCorrected'>,
  joins: readonly Join[],
  language: ReportLanguage,
): string[] {
  const { notes } = texts[language];
  const [lowest = 0, highest = 0] = [table.categories[0], table.categories.at(-1)];
  const closed = Array.from({ length: highest - lowest }, (_, k) => lowest + k).filter(
    (score) => !table.categories.includes(score),
  );
  return [
    ...leaning.map(({ facet, element, what, scores }) =>
      fill(notes[what], { facet, element, scores: scores.join(', ') }),
    ),
    ...joins
      .filter(({ persons }) => persons < fewestJoining)
      .map(({ facet, elements, persons }) => fill(notes.weak, { facet, elements: elements.join(', '), persons })),
    ...(closed.length === 0 ? [] : [fill(notes.closed, { scores: closed.join(', ') })]),
    ...(table.weight === undefined ? [] : [notes.weighted]),
    ...(isCorrected ? [notes.corrected] : []),
  ];
}
