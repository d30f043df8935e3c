/** Items so alike that one helps with the other: rare words shared by what is heard and answered. */
import type { ChoiceItem } from '../items/item.ts';
import { contentWords } from './heard.ts';

/** Cosine of the two items' words, each weighed by how rare it is in the bank; above it the pair are enemies. */
export const alikeFrom = 0.26;

const wordsOf = ({ languages }: ChoiceItem): string[] => {
  const text = languages.nl ?? Object.values(languages)[0];
  if (text === undefined) return [];
  return contentWords(
    [text.stimulus?.text ?? '', text.stem.text, ...text.options.map((option) => option.text)].join(' '),
  );
};

const answersOf = ({ languages }: ChoiceItem): string[] => (languages.nl?.options ?? []).map(({ text }) => text);
/** The same right answer, beside a wrong one that both have: who knows one item knows the other. */
function haveAnswersInCommon(one: ChoiceItem, other: ChoiceItem): boolean {
  const [mine, theirs] = [answersOf(one), answersOf(other)];
  const right = mine[one.key];
  return right !== undefined && right === theirs[other.key] && mine.filter((text) => theirs.includes(text)).length > 1;
}

/** Pairs that are alike and are no enemies, each once. Items of one slot never meet in a form. */
export function undeclaredPairs(items: readonly ChoiceItem[]): { readonly pair: string; readonly likeness: number }[] {
  const words = items.map((item) => new Set(wordsOf(item)));
  const known = new Map<string, number>();
  for (const set of words) for (const word of set) known.set(word, (known.get(word) ?? 0) + 1);
  const weight = (word: string): number => Math.log(items.length / (known.get(word) ?? 1)) ** 2;
  const weigh = (set: Iterable<string>): number => [...set].reduce((sum, word) => sum + weight(word), 0);
  const sizes = words.map((set) => Math.sqrt(weigh(set)));
  return items.flatMap((one, n) =>
    items.slice(n + 1).flatMap((other, m) => {
      const at = n + 1 + m;
      const shared = weigh([...(words[n] ?? [])].filter((word) => words[at]?.has(word) === true));
      const likeness = shared / Math.max(1e-9, (sizes[n] ?? 0) * (sizes[at] ?? 0));
      const meet = one.attributes['slot'] === undefined || one.attributes['slot'] !== other.attributes['slot'];
      const isDeclared = one.enemies.includes(other.id) || other.enemies.includes(one.id);
      const isAlike = likeness >= alikeFrom || haveAnswersInCommon(one, other);
      return isAlike && meet && !isDeclared ? [{ pair: `${one.id}, ${other.id}`, likeness }] : [];
    }),
  );
}
