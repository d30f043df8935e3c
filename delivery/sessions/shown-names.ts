/**
 * Handles: the names that a candidate's browser sees. They come from the session's secret seed, so that two sessions
 * share none and no name tells which item, option or clip stands behind it.
 */
import { sha256 } from '../../storage/document/hash.ts';
import { type PinnedTest, choiceItem, speakingItem, textIn } from '../../item-bank/releases/pinned-test.ts';
import type { Language, MediaRef } from '../../item-bank/items/item.ts';
import { type GivenItem, type GivenTurn, type SessionState, isTurn } from './session.ts';

const name = (prefix: string, ...parts: readonly (string | number)[]): string =>
  prefix + sha256(parts.join('|')).slice(0, 24);

export const itemHandle = (seed: string, item: string): string => name('i', seed, 'item', item);
export const turnHandle = (seed: string, item: string, turn: number): string => name('t', seed, 'turn', item, turn);
export const optionHandle = (seed: string, item: string, choice: number): string =>
  name('o', seed, 'option', item, choice);

export type MediaRole = 'stimulus' | 'stem' | 'prompt' | `option${number}` | `picture${number}`;
export const mediaHandle = (seed: string, item: string, role: MediaRole): string =>
  name('m', seed, 'media', item, role);

/** The order in which options are shown: author's indices, sorted by the seed. */
export function optionOrder(seed: string, item: string, count: number): number[] {
  return Array.from({ length: count }, (_, index) => ({ index, rank: sha256(`${seed}|order|${item}|${index}`) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ index }) => index);
}

/** Clips that must not be served before a counted play. */
export const isCounted = (role: MediaRole): boolean => role === 'stimulus' || role === 'prompt';

/** Every clip of a given item, with the handle its session uses. */
export function mediaOf(
  seed: string,
  test: PinnedTest,
  language: Language,
  given: GivenItem | GivenTurn,
): readonly { readonly role: MediaRole; readonly handle: string; readonly media: MediaRef }[] {
  const entry = (role: MediaRole, media: MediaRef | undefined) =>
    media === undefined
      ? []
      : [
          {
            role,
            handle: mediaHandle(seed, isTurn(given) ? `${given.item.id}/${given.turn}` : given.item.id, role),
            media,
          },
        ];
  if (isTurn(given)) return entry('prompt', speakingItem(test, given.item.id).turns[given.turn]?.prompt.audio);
  const { text } = textIn(choiceItem(test, given.item.id), language);
  return [
    ...entry('stimulus', text.stimulus?.audio),
    ...entry('stem', text.stem.audio),
    ...text.options.flatMap((option, index) => [
      ...entry(`option${index}`, option.audio),
      ...entry(`picture${index}`, option.picture),
    ]),
  ];
}

/** What the candidate may fetch now: the present item only, or the whole form of a linear part. */
export function openGiven(
  state: SessionState,
): readonly { readonly given: GivenItem | GivenTurn; readonly plays: number }[] {
  const { step } = state;
  const practice = (given: GivenItem | GivenTurn) => ({ given, plays: state.practicePlays.get(given.handle) ?? 0 });
  switch (step.name) {
    case 'sound-check':
      return state.practice.slice(0, 1).map(practice);
    case 'practice':
      return state.practice.slice(step.index, step.index + 1).map(practice);
    case 'adaptive':
      return state.items
        .filter((item) => item.handle === step.handle)
        .map((item) => ({ given: item, plays: item.plays }));
    case 'linear':
      return state.items.map((item) => ({ given: item, plays: item.plays }));
    case 'speaking':
      return state.turns
        .filter((turn) => turn.position === step.position)
        .map((turn) => ({ given: turn, plays: turn.plays }));
    case 'registered':
    case 'arrived':
    case 'confirm-name':
    case 'part-intro':
    case 'closed':
      return [];
  }
}

export interface OpenMedia {
  readonly media: MediaRef;
  /** How often its counted plays were granted; undefined where it replays freely. */
  readonly plays: number | undefined;
}

/** The clip behind a handle, or undefined: unknown, not of this moment, or not yet played by a counted play. */
export function resolveMedia(state: SessionState, test: PinnedTest, handle: string): OpenMedia | undefined {
  if (state.pausedAt !== undefined) return undefined;
  const { seed, language } = state.terms;
  for (const { given, plays } of openGiven(state)) {
    const found = mediaOf(seed, test, language, given).find((media) => media.handle === handle);
    if (found === undefined) continue;
    if (!isCounted(found.role)) return { media: found.media, plays: undefined };
    return plays === 0 ? undefined : { media: found.media, plays };
  }
  return undefined;
}
