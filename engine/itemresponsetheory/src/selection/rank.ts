/** Ranking of the items that may still be given, by any criterion. */
export interface Ranked { readonly item: number; readonly value: number }

/** Items by criterion value, best (largest) first. Ties stay in item order: the caller's seeded draw decides among the best. */
export function rankBy(size: number, isAvailable: (item: number) => boolean, criterion: (item: number) => number): Ranked[] {
  const ranked: Ranked[] = [];
  for (let item = 0; item < size; item += 1) if (isAvailable(item)) ranked.push({ item, value: criterion(item) });
  return ranked.sort((a, b) => b.value - a.value || a.item - b.item);
}
