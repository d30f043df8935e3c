/** A rating in the making: survives a reload of the tab, and nothing else. */
import type { Rating } from '../../server/api/examiner/protocol.ts';

export type Scores = Rating['scores'];
export type Criterion = keyof Scores;
export interface Draft {
  readonly scores: Scores;
  readonly remark: string;
}
export const emptyDraft: Draft = { scores: {}, remark: '' };

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
const nameOf = (performance: string): string => `meetlat-draft-${performance}`;

export function readDraft(shelf: Shelf, performance: string): Draft {
  try {
    const draft: Draft = JSON.parse(shelf.getItem(nameOf(performance)) ?? 'null') ?? emptyDraft;
    return draft;
  } catch {
    return emptyDraft;
  }
}
export const keepDraft = (shelf: Shelf, performance: string, draft: Draft): void =>
  shelf.setItem(nameOf(performance), JSON.stringify(draft));
export const dropDraft = (shelf: Shelf, performance: string): void => shelf.removeItem(nameOf(performance));

/** Criteria that have no score yet. */
export const missing = (criteria: readonly Criterion[], scores: Scores): Criterion[] =>
  criteria.filter((criterion) => scores[criterion] === undefined);

/** 0–5 and N (not ratable) as keys. */
export function scoreOfKey(key: string): number | 'NR' | undefined {
  if (/^[0-5]$/.test(key)) return Number(key);
  return key.toLowerCase() === 'n' ? 'NR' : undefined;
}
