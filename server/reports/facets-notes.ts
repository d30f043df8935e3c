/**
 * What a reader of `meetlat facets` must know before the numbers: what leans, what counts double, what was closed up,
 * and what hardly holds together.
 */
import { type ReportVoice } from '../../words/reports.ts';
import type { Join, RatingTable } from 'itemresponsetheory/facets';
import type { Estimates } from './facets-outcome.ts';

/** Fewer persons than this across a cut and every comparison over it hangs on them. */
const fewestJoining = 5;

export function notesOf(
  table: RatingTable,
  { leaning, isCorrected }: Pick<Estimates, 'leaning' | 'isCorrected'>,
  joins: readonly Join[],
  say: ReportVoice,
): string[] {
  const [lowest = 0, highest = 0] = [table.categories[0], table.categories.at(-1)];
  const closed = Array.from({ length: highest - lowest }, (_, k) => lowest + k).filter(
    (score) => !table.categories.includes(score),
  );
  return [
    ...leaning.map(({ facet, element, what, scores }) =>
      say(`facets.notes.${what}`, { facet, element, scores: scores.join(', ') }),
    ),
    ...joins
      .filter(({ persons }) => persons < fewestJoining)
      .map(({ facet, elements, persons }) =>
        say('facets.notes.weak', { facet, elements: elements.join(', '), persons }),
      ),
    ...(closed.length === 0 ? [] : [say('facets.notes.closed', { scores: closed.join(', ') })]),
    ...(table.weight === undefined ? [] : [say('facets.notes.weighted')]),
    ...(isCorrected ? [say('facets.notes.corrected')] : []),
  ];
}
