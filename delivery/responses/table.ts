/** Responses of live sessions as calibration reads them: a row for each session, a column for each item. */
import type { ResponseTable } from '../../item-bank/calibration/read-responses.ts';
import type { ResponseRow } from './read.ts';

/**
 * Responses to the item versions given, `versions` by item id; those to other versions are another item's. Pretest responses count too.
 * What was not scored (an outage) is not given; what was given and left unanswered is wrong, as its category says.
 */
export function responseTable(rows: Iterable<ResponseRow>, versions: ReadonlyMap<string, number>): ResponseTable {
  const items = [...versions.keys()];
  const column = new Map(items.map((id, n) => [id, n]));
  const table = new Map<string, (number | null)[]>();
  for (const { session, item, version, category } of rows) {
    const n = column.get(item);
    if (n === undefined || version !== versions.get(item) || category === null) continue;
    const row = table.get(session) ?? new Array<number | null>(items.length).fill(null);
    table.set(session, row);
    row[n] = category;
  }
  const given = items.map((_, n) => [...table.values()].some((row) => row[n] !== null));
  return { items: items.filter((_, n) => given[n]), persons: [...table.keys()], rows: [...table.values()].map((row) => row.filter((_, n) => given[n])) };
}
