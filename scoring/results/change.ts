/** What a new decision means for the person: only a fall needs somebody to look before it is carried out. */
import { canonicalJson } from '../../storage/document/json.ts';
import type { ResultContent } from './result.ts';

/** `other`: numbers change, outcome and level stay. */
export type Change = 'raised' | 'lowered' | 'other' | 'same';

const outcomes = ['void', 'fail', 'pass'] as const;

/** `after` undefined: nothing would be decided. `levels` in ascending order. */
export function changeOf(before: ResultContent, after: ResultContent | undefined, levels: readonly string[]): Change {
  const rank = (content: ResultContent | undefined): readonly number[] =>
    content === undefined ? [0, -1] : [outcomes.indexOf(content.outcome), levels.indexOf(content.level ?? '')];
  const [was, is] = [rank(before), rank(after)];
  const first = was.findIndex((value, n) => value !== is[n]);
  if (first >= 0) return (is[first] ?? 0) > (was[first] ?? 0) ? 'raised' : 'lowered';
  return after !== undefined && canonicalJson(after) === canonicalJson(before) ? 'same' : 'other';
}
