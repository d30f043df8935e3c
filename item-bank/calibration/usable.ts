/** Which persons and items can be calibrated: what is left out, and why, is said. */
import { type ResponseMatrix, connectedItems } from 'itemresponsetheory/calibration';
import { ResponseFileError } from './response-file-error.ts';
import { keepItems, keepPersons } from './response-rows.ts';
import type { Remark, ResponseData } from './stream-responses.ts';

export interface LeftOut {
  readonly item: string;
  readonly why: 'no-responses' | 'one-category';
  readonly responses: number;
  readonly category?: number;
}
export interface Usable {
  readonly data: ResponseMatrix;
  /** Numbers of the kept in the data as read. */
  readonly persons: Uint32Array;
  readonly items: Uint32Array;
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
}

/** Lowest and highest category and responses of each item. */
function rangesOf(data: ResponseMatrix): {
  readonly lowest: Uint8Array;
  readonly highest: Uint8Array;
  readonly responses: Uint32Array;
} {
  const [lowest, highest, responses] = [
    new Uint8Array(data.items).fill(255),
    new Uint8Array(data.items),
    new Uint32Array(data.items),
  ];
  data.item.forEach((item, n) => {
    const category = data.category[n] ?? 0;
    responses[item] = (responses[item] ?? 0) + 1;
    if (category < (lowest[item] ?? 0)) lowest[item] = category;
    if (category > (highest[item] ?? 0)) highest[item] = category;
  });
  return { lowest, highest, responses };
}

/**
 * Categories that nobody chose have no parameters: they are closed up and the higher ones move down. Items whose
 * parameters are `known` keep theirs.
 * Changes a copy; names the items.
 */
export function closeCategories(
  data: ResponseMatrix,
  names: readonly string[],
  known: ReadonlySet<string>,
): { readonly data: ResponseMatrix; readonly remarks: readonly Remark[] } {
  const used = Array.from({ length: data.items }, () => new Uint8Array(256));
  data.item.forEach((item, n) => {
    const row = used[item];
    if (row !== undefined) row[data.category[n] ?? 0] = 1;
  });
  const gapped = new Map(
    used.flatMap((row, item) => {
      const hasGap = row.subarray(0, row.lastIndexOf(1)).includes(0);
      if (!hasGap || known.has(names[item] ?? '')) return [];
      let next = 0;
      return [
        [
          item,
          row.map((isUsed) => {
            const place = next;
            next += isUsed;
            return place;
          }),
        ] as const,
      ];
    }),
  );
  if (gapped.size === 0) return { data, remarks: [] };
  const category = data.category.map((k, n) => gapped.get(data.item[n] ?? 0)?.[k] ?? k);
  return {
    data: { ...data, category },
    remarks: [
      {
        code: 'categories-closed',
        count: gapped.size,
        names: [...gapped.keys()].slice(0, 20).map((item) => names[item] ?? ''),
      },
    ],
  };
}

/** Sets of items that some person links, largest first. */
export const connectedSets = (data: ResponseMatrix): number[][] =>
  connectedItems(data).sort((a, b) => b.length - a.length);

/**
 * Items without responses or with one category only have no finite parameters and are left out; so are persons without
 * responses to the rest.
 * Forms that no person links are refused, unless `equivalentGroups`: then their takers are held to be samples of one
 * population.
 */
export function usableOf(
  matrix: ResponseMatrix,
  names: readonly string[],
  { equivalentGroups = false }: { readonly equivalentGroups?: boolean } = {},
): Usable {
  const { lowest, highest, responses } = rangesOf(matrix);
  const all = Array.from({ length: matrix.items }, (_, n) => n);
  const leftOut = all.flatMap((item): LeftOut[] => {
    const given = responses[item] ?? 0;
    if (given === 0) return [{ item: names[item] ?? '', why: 'no-responses', responses: 0 }];
    return lowest[item] === highest[item]
      ? [{ item: names[item] ?? '', why: 'one-category', responses: given, category: lowest[item] ?? 0 }]
      : [];
  });
  const out = new Set(leftOut.map(({ item }) => item));
  const items = Uint32Array.from(all.filter((item) => !out.has(names[item] ?? '')));
  if (items.length < 2)
    throw new ResponseFileError(
      'too-few-items',
      `${items.length} items have responses in two categories: 2 are needed`,
      { items: items.length },
    );
  const everyone = keepItems(matrix, items);
  const persons = Uint32Array.from({ length: matrix.persons }, (_, n) => n).filter(
    (n) => (everyone.rowStart[n + 1] ?? 0) > (everyone.rowStart[n] ?? 0),
  );
  if (persons.length < 10)
    throw new ResponseFileError('too-few-persons', `${persons.length} persons have responses: 10 are needed`, {
      persons: persons.length,
    });
  const data = keepPersons(everyone, persons);
  const sets = connectedSets(data);
  if (sets.length > 1 && !equivalentGroups) {
    const shown = `${sets
      .slice(0, 5)
      .map(
        (set) =>
          `{${set
            .slice(0, 5)
            .map((item) => names[items[item] ?? 0])
            .join(', ')}${set.length > 5 ? `, … (${set.length})` : ''}}`,
      )
      .join(' + ')}${sets.length > 5 ? ` + … (${sets.length})` : ''}`;
    throw new ResponseFileError('disconnected-forms', `no person links these sets of items: ${shown}`, { sets: shown });
  }
  const empty = matrix.persons - persons.length;
  return {
    data,
    persons,
    items,
    leftOut,
    remarks: [
      ...(empty > 0 ? [{ code: 'persons-without-responses', count: empty }] : []),
      ...(sets.length > 1 ? [{ code: 'equivalent-groups', count: sets.length }] : []),
    ],
  };
}

/** Names of the persons that are kept. */
export const takersOf = (data: ResponseData, { persons }: Usable): string[] =>
  Array.from(persons, (person) => data.persons[person] ?? '');
