import type { AbilityEstimate } from 'itemresponsetheory';
import type { ChoiceItem, ChoiceText, ItemVersion, Language, SpeakingItem } from '../items/item.ts';
import type { Specification } from '../specifications/specification.ts';

/** The random stream, by its key under the session's seed, from which one of the items `among` was drawn. */
export interface ItemDraw {
  readonly key: string;
  readonly among: readonly string[];
}

/** What the engine says after each answer of an adaptive part. `item` is the id of the next item. */
export type AdaptiveStep =
  | {
      readonly kind: 'present';
      readonly item: string;
      readonly scored: boolean;
      readonly theta: number;
      readonly standardError: number;
      readonly rule: string;
      readonly stream: ItemDraw;
    }
  | { readonly kind: 'stop'; readonly reason: string; readonly theta: number; readonly standardError: number };

/** One given item with its response; category null = not scored. */
export interface AdaptiveResponse {
  readonly item: string;
  readonly category: number | null;
  readonly scored: boolean;
}

/** The adaptive part of a pinned test: engine, policy and parameters tied together; pure. */
export interface AdaptiveTest {
  /** The reported ability (WLE) of a finished part; undefined when nothing was scored. */
  report(history: readonly AdaptiveResponse[]): AbilityEstimate | undefined;
  next(history: readonly AdaptiveResponse[], seed: string, excluded: readonly string[]): AdaptiveStep;
}

/** Everything a session's decisions need of the bank, as pinned at registration; immutable and held in memory. */
export interface PinnedTest {
  readonly specification: Specification;
  readonly items: ReadonlyMap<string, ItemVersion>;
  /** For specifications with an adaptive part. */
  readonly adaptive: AdaptiveTest | undefined;
}

export class UnknownItem extends Error {
  readonly code = 'unknown-item';
  constructor(id: string) {
    super(`The pinned release has no item ${id} of that kind`);
    this.name = 'UnknownItem';
  }
}

export function choiceItem(test: PinnedTest, id: string): ChoiceItem {
  const item = test.items.get(id);
  if (item?.kind !== 'choice') throw new UnknownItem(id);
  return item;
}
export function speakingItem(test: PinnedTest, id: string): SpeakingItem {
  const item = test.items.get(id);
  if (item?.kind !== 'speaking') throw new UnknownItem(id);
  return item;
}

/** The language version a session uses: its own, else Dutch (a listening item is Dutch only). */
export function textIn(
  item: ChoiceItem,
  language: Language,
): { readonly language: Language; readonly text: ChoiceText } {
  const own = item.languages[language];
  if (own !== undefined) return { language, text: own };
  const dutch = item.languages.nl;
  if (dutch === undefined) throw new UnknownItem(item.id);
  return { language: 'nl', text: dutch };
}
