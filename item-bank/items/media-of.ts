/** The clips and pictures of an item, in every language, by their names in the library. */
import type { ItemVersion, MediaRef } from './item.ts';

export function mediaOfItem(item: ItemVersion): ReadonlySet<string> {
  const media: readonly (MediaRef | undefined)[] =
    item.kind === 'speaking'
      ? item.turns.map(({ prompt }) => prompt.audio)
      : Object.values(item.languages).flatMap(({ stimulus, stem, options }) => [
          stimulus?.audio,
          stem.audio,
          ...options.flatMap(({ audio, picture }) => [audio, picture]),
        ]);
  return new Set(media.flatMap((one) => (one === undefined ? [] : [one.id])));
}
