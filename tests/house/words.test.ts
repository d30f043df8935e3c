/** The second table of docs/words.md: what may not be called so. */
import { describe, expect, it } from 'vitest';
import { code, exportedTypes, identifiersOf, production, read } from './sources.ts';

interface Banned {
  readonly names: readonly string[];
  readonly instead: string;
  readonly kind: string;
}
const table = read('docs/words.md').split('## Not these')[1] ?? '';
const banned: readonly Banned[] = table
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, names = '', instead = '', kind = '']) => ({
    names: [...names.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
    instead,
    kind,
  }));

/** Words of a name: `openSessions` has open and sessions. */
const wordsOf = (name: string): string[] => name.split(/(?=[A-Z])|[^A-Za-z]+/).map((word) => word.toLowerCase());

/** The third table: a word, and where names may have it. */
const boundWords = (read('docs/words.md').split('## Only there')[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')))
  .flatMap(([, words = [], , places = []]) => words.map((word) => [word, places] as const));

/** `itemHandle` and `handles` name a handle; `handle` alone may be the verb, and `handleRequest` is. */
const isNoun = (name: string, word: string): boolean => {
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  return word === 'handle' ? last === 'handles' || (words.length > 1 && last === 'handle') : words.includes(word);
};

const bannedAs = (wanted: string): (readonly [name: string, instead: string])[] =>
  banned
    .filter(({ kind }) => kind === wanted)
    .flatMap(({ names, instead }) => names.map((name) => [name, instead] as const));

/** Of every file, read once. */
const names = new Map(code.map((file) => [file, [...identifiersOf(file)]]));
const types = production.map((file) => [file, exportedTypes(file)] as const);
const namesOf = (file: string): readonly string[] => names.get(file) ?? [];

describe('the words', () => {
  it('has a table of what not to say', () => {
    expect(banned.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['file', 'type', 'name']));
    for (const { instead } of banned) expect(instead).not.toBe('');
  });

  it.each(bannedAs('type'))('no exported type is called %s: %s', (name) => {
    expect(types.flatMap(([file, exported]) => (exported.includes(name) ? [file] : []))).toEqual([]);
  });

  it.each(bannedAs('name'))('no name in code has the word %s: %s', (word) => {
    const places = code.flatMap((file) => namesOf(file).filter((name) => wordsOf(name).includes(word)));
    expect(places).toEqual([]);
  });

  it.each(boundWords)('says %s in names of %j only', (word, places) => {
    expect(places.length).toBeGreaterThan(0);
    const strangers = production
      .filter((file) => !places.some((place) => file.startsWith(place)))
      .flatMap((file) => namesOf(file).flatMap((name) => (isNoun(name, word) ? [`${file} ${name}`] : [])));
    expect(strangers).toEqual([]);
  });

  it.each(bannedAs('file'))('no file or folder is called %s: %s', (name) => {
    const called = (file: string): boolean => file.toLowerCase().split(/[/.-]/).includes(name);
    expect(code.filter(called)).toEqual([]);
  });
});
