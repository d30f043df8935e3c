/** What a candidate who understands nothing may do: choose by place, by length, by what was heard, by what is kind. */
import { type ChoiceItem, type ChoiceText, type Language, languages } from '../items/item.ts';
import { type TrickFigure, trickFigure } from './chance.ts';
import { heardShare, namedAt } from './heard.ts';
import suspect from './suspect-words.json' with { type: 'json' };

export const tricks = [
  'first-place',
  'second-place',
  'third-place',
  'longest',
  'shortest',
  'without-absolutes',
  'first-named',
  'middle-named',
  'last-named',
  'least-heard',
  'warmest',
  'without-audio',
] as const;
export type Trick = (typeof tricks)[number];

/** What a trick got right in one group of items, in one language. */
export interface CueFigure extends TrickFigure {
  readonly trick: Trick;
  readonly group: string;
}

type Picks = (item: ChoiceItem, text: ChoiceText, language: Language) => readonly number[];

const indexed = (values: readonly (number | undefined)[]): { index: number; value: number }[] =>
  values.flatMap((value, index) => (value === undefined ? [] : [{ index, value }]));

function most(values: readonly (number | undefined)[]): number[] {
  const known = indexed(values);
  const top = Math.max(...known.map(({ value }) => value));
  return known.filter(({ value }) => value === top).map(({ index }) => index);
}
const least = (values: readonly (number | undefined)[]): number[] =>
  most(values.map((value) => (value === undefined ? undefined : -value)));

const lengths = ({ options }: ChoiceText): number[] => options.map(({ text }) => [...text].length);
const places = ({ stimulus, options }: ChoiceText): (number | undefined)[] =>
  options.map(({ text }) => (stimulus === undefined ? undefined : namedAt(text, stimulus.text)));
/** Only where at least two answers are named: one that is named alone is what the item is about. */
const amongNamed =
  (pick: (places: readonly (number | undefined)[]) => number[]): Picks =>
  (_, text) => {
    const named = places(text);
    return indexed(named).length < 2 ? [] : pick(named);
  };

function withoutAbsolutes(_: ChoiceItem, { options }: ChoiceText, language: Language): number[] {
  const words = new Map<string, readonly string[]>(Object.entries(suspect.absolute)).get(language) ?? [];
  const isAbsolute = (text: string): boolean =>
    text
      .toLocaleLowerCase()
      .split(/\s+/)
      .some((word) => words.includes(word));
  return options.flatMap(({ text }, index) => (isAbsolute(text) ? [] : [index]));
}

function middleNamed(named: readonly (number | undefined)[]): number[] {
  const ordered = indexed(named).sort((a, b) => a.value - b.value);
  return ordered.length === 3 ? ordered.slice(1, 2).map(({ index }) => index) : [];
}

const at =
  (place: number): Picks =>
  (_, { options }) =>
    place < options.length ? [place] : [];
const marked = (index: number | undefined): number[] => (index === undefined ? [] : [index]);

const picks: Readonly<Record<Trick, Picks>> = {
  'first-place': at(0),
  'second-place': at(1),
  'third-place': at(2),
  longest: (_, text) => most(lengths(text)),
  shortest: (_, text) => least(lengths(text)),
  'without-absolutes': withoutAbsolutes,
  'first-named': amongNamed(least),
  'middle-named': amongNamed(middleNamed),
  'last-named': amongNamed(most),
  'least-heard': (_, { stimulus, options }) =>
    stimulus === undefined ? [] : least(options.map(({ text }) => heardShare(text, stimulus.text))),
  warmest: ({ warmest }) => marked(warmest),
  'without-audio': ({ withoutAudio }) => marked(withoutAudio),
};

/** Items are compared with their like: level and type of a listening item, the part of another one. */
const groupOf = ({ attributes }: ChoiceItem): string =>
  [attributes['level'], attributes['type'], attributes['part']].filter((code) => code !== undefined).join(' ');

/** @param items of one bank, in use. A figure for each trick, group and language in which it says anything. */
export function cueFigures(items: readonly ChoiceItem[]): CueFigure[] {
  const versions = items.flatMap((item) =>
    languages.flatMap((language) => {
      const text = item.languages[language];
      return text === undefined ? [] : [{ item, text, language, group: groupOf(item) }];
    }),
  );
  const groups = new Map<string, typeof versions>();
  for (const version of versions) {
    const name = `${version.group} ${version.language}`.trim();
    groups.set(name, [...(groups.get(name) ?? []), version]);
  }
  return tricks.flatMap((trick) =>
    [...groups].flatMap(([group, members]) => {
      const figure = trickFigure(
        members.map(({ item, text, language }) => ({
          picks: picks[trick](item, text, language),
          options: text.options.length,
          key: item.key,
        })),
      );
      return figure.items === 0 ? [] : [{ trick, group, ...figure }];
    }),
  );
}
