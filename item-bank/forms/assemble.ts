/**
 * Linear-on-the-fly assembly: one item for each slot of the blueprint, drawn by the session's seed, with unscored
 * pretest items mixed in. The draw is the order of SHA-256(seed | purpose | id): uniform, and replayable from the seed
 * alone.
 */
import { sha256 } from '../../storage/document/hash.ts';
import type { ChoiceItem, ItemVersion } from '../items/item.ts';
import type { LinearPart } from '../specifications/specification.ts';
import { hasOptions } from '../specifications/options.ts';

export interface AssembledPosition {
  readonly item: ChoiceItem;
  readonly slot: string;
  readonly part: string;
  readonly scored: boolean;
}

export class InfeasibleForm extends Error {
  readonly code = 'infeasible-form';
  constructor(
    readonly slot: string,
    why: string,
  ) {
    super(`slot ${slot}: ${why}`);
    this.name = 'InfeasibleForm';
  }
}

export interface FormRequest {
  readonly part: LinearPart;
  readonly items: Iterable<ItemVersion>;
  readonly seed: string;
  /** Language the whole form must exist in. */
  readonly language: string;
  /** Items of earlier attempts. */
  readonly excluded: ReadonlySet<string>;
}

/** The items in the seed's order for one purpose. */
export const drawOrder = <T extends { readonly id: string }>(seed: string, purpose: string, items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, rank: sha256(`${seed}|${purpose}|${item.id}`) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ item }) => item);

/** Throws InfeasibleForm naming the first slot that no item can fill. */
export function assembleForm({ part, items, seed, language, excluded }: FormRequest): AssembledPosition[] {
  const usable = [...items].filter(
    (item): item is ChoiceItem =>
      item.kind === 'choice' && Object.hasOwn(item.languages, language) && hasOptions(part, item),
  );
  const parts = [...new Set(part.slots.map((slot) => slot.part))];
  const chosen = new Set<string>();
  const enemies = new Set<string>();
  const take = (purpose: string, candidates: readonly ChoiceItem[]): ChoiceItem | undefined => {
    const free = candidates.filter(
      (item) => !chosen.has(item.id) && !enemies.has(item.id) && !item.enemies.some((enemy) => chosen.has(enemy)),
    );
    // An item of an earlier attempt is better than no test: it is taken only when the slot has no other.
    const fresh = free.filter((item) => !excluded.has(item.id));
    const item = drawOrder(seed, purpose, fresh.length > 0 ? fresh : free)[0];
    if (item === undefined) return undefined;
    chosen.add(item.id);
    for (const enemy of item.enemies) enemies.add(enemy);
    return item;
  };
  const positions: AssembledPosition[] = part.slots.map((slot) => {
    const item = take(
      slot.id,
      usable.filter((candidate) => candidate.use === 'operational' && candidate.attributes['slot'] === slot.id),
    );
    if (item === undefined) throw new InfeasibleForm(slot.id, `no item in ${language}`);
    return { item, slot: slot.id, part: slot.part, scored: true };
  });
  for (let n = 0; n < part.pretest; n += 1) {
    const item = take(
      `pretest-${n}`,
      usable.filter((candidate) => candidate.use === 'pretest'),
    );
    if (item === undefined) throw new InfeasibleForm('P', `fewer than ${part.pretest} pretest items in ${language}`);
    positions.push({
      item,
      slot: 'P',
      part: partOfPretest(parts, item),
      scored: false,
    });
  }
  return mix(positions, parts, seed);
}

/** A pretest item sits among those of its own part; one that names none sits among the last. */
const partOfPretest = (parts: readonly string[], { attributes }: ChoiceItem): string =>
  parts.find((name) => name === attributes['part']) ?? parts.at(-1) ?? '';

/** One part after another, as in the course; inside each, and for the pretest items, the seed's order. */
function mix(positions: readonly AssembledPosition[], parts: readonly string[], seed: string): AssembledPosition[] {
  return positions
    .map((position) => ({
      position,
      place: parts.indexOf(position.part),
      rank: sha256(`${seed}|order|${position.item.id}`),
    }))
    .sort((a, b) => a.place - b.place || (a.rank < b.rank ? -1 : 1))
    .map(({ position }) => position);
}
