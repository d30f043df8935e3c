import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { phrase } from './phrase.ts';

const folder = join(import.meta.dirname, '../catalogues');
function read(file: string): Record<string, string> {
  const texts: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'));
  return texts;
}
const catalogues = readdirSync(folder)
  .filter((name) => /^[a-z]{2}\.json$/.test(name))
  .map((name) => ({ language: name.slice(0, 2), texts: read(join(folder, name)) }));
const spokenKeys: string[] = JSON.parse(readFileSync(join(import.meta.dirname, '../speech/spoken-keys.json'), 'utf8'));
const categories = /_(zero|one|two|few|many|other)$/;
const base = (key: string): string => key.replace(categories, '');
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort();
const dutch = catalogues.find(({ language }) => language === 'nl')?.texts ?? {};
const basesOf = (texts: Record<string, string>): string[] => [...new Set(Object.keys(texts).map(base))].sort();

describe.each(catalogues)('catalogue $language', ({ language, texts }) => {
  it('has the keys of the Dutch one', () => expect(basesOf(texts)).toEqual(basesOf(dutch)));

  it('has every plural form of its language', () => {
    const plurals = [
      ...new Set(
        Object.keys(texts)
          .filter((key) => categories.test(key))
          .map(base),
      ),
    ];
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    expect(
      plurals.flatMap((key) =>
        needed.filter((category) => texts[`${key}_${category}`] === undefined).map((category) => `${key}_${category}`),
      ),
    ).toEqual([]);
  });

  it('has no empty text and only the placeholders of the Dutch one', () => {
    for (const [key, text] of Object.entries(texts)) {
      expect(text.trim(), key).not.toBe('');
      // A plural form may leave the number out ("two minutes" is one word in Arabic).
      if (!categories.test(key)) expect(placeholders(text), key).toEqual(placeholders(dutch[key] ?? ''));
    }
  });

  it('keeps every instruction within 25 words', () => {
    const long = Object.entries(texts).filter(
      ([key, text]) => key.endsWith('.instruction') && text.split(/\s+/).length > 25,
    );
    expect(long).toEqual([]);
  });

  it('can say every spoken text as one clip', () => {
    for (const key of spokenKeys) {
      expect(texts[key], key).toBeDefined();
      expect(placeholders(texts[key] ?? ''), key).toEqual([]);
    }
  });
});

it('lets every instruction be heard', () => {
  expect(Object.keys(dutch).filter((key) => key.endsWith('.instruction') && !spokenKeys.includes(key))).toEqual([]);
});

describe('phrase', () => {
  const texts = {
    left_one: 'one',
    left_few: '{{count}} few',
    left_other: '{{count}} other',
    plain: 'Vraag {{number}} van {{total}}',
  };
  it('chooses the plural of the language', () => {
    expect(phrase(texts, 'left', { count: 1 }, 'uk')).toBe('one');
    expect(phrase(texts, 'left', { count: 3 }, 'uk')).toBe('3 few');
    expect(phrase(texts, 'left', { count: 3 }, 'nl')).toBe('3 other');
  });
  it('fills in values and leaves unknown ones visible', () => {
    expect(phrase(texts, 'plain', { number: 2, total: 9 }, 'nl')).toBe('Vraag 2 van 9');
    expect(phrase(texts, 'plain', { number: 2 }, 'nl')).toBe('Vraag 2 van {{total}}');
  });
  it('knows nothing of a missing key', () => expect(phrase(texts, 'missing', {}, 'nl')).toBeUndefined());
});
