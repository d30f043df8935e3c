import { describe, expect, it } from 'vitest';
import { directionOf, isolated, nameOfLanguage } from './direction.ts';
import { fill, phrase, placeholdersOf } from './phrase.ts';
import { voiceOf } from './voice.ts';

const texts = {
  left_one: 'one',
  left_few: '{{count}} few',
  left_other: '{{count}} other',
  plain: 'Vraag {{number}} van {{total}}',
  'method.1': 'First, {{name}}.',
  'method.2': 'Second.',
};

describe('phrase', () => {
  it('chooses the plural of the language', () => {
    expect(phrase(texts, 'left', { count: 1 }, 'uk')).toBe('one');
    expect(phrase(texts, 'left', { count: 3 }, 'uk')).toBe('3 few');
    expect(phrase(texts, 'left', { count: 3 }, 'nl')).toBe('3 other');
  });
  it('fills in values and leaves unknown ones visible', () => {
    expect(phrase(texts, 'plain', { number: 2, total: 9 }, 'nl')).toBe('Vraag 2 van 9');
    expect(phrase(texts, 'plain', { number: 2 }, 'nl')).toBe('Vraag 2 van {{total}}');
  });
  it('knows nothing of a missing key, nor of what every object has', () => {
    expect(phrase(texts, 'missing', {}, 'nl')).toBeUndefined();
    expect(phrase(texts, 'constructor', {}, 'nl')).toBeUndefined();
    expect(phrase(undefined, 'plain', {}, 'nl')).toBeUndefined();
  });
  it('isolates values where the script runs from right to left, and only there', () => {
    expect(fill('السؤال {{number}}', { number: 2 }, 'ar')).toBe('السؤال \u20682\u2069');
    expect(fill('Vraag {{number}}', { number: 2 }, 'nl')).toBe('Vraag 2');
    expect(fill('{{name}}', { name: '{{name}} $& $1' }, 'nl')).toBe('{{name}} $& $1');
    expect(isolated('Jan (B1)', 'ar-EG')).toBe('\u2068Jan (B1)\u2069');
  });
  it('names each placeholder once', () => {
    expect(placeholdersOf('{{b}} {{a}} {{b}} {c}')).toEqual(['a', 'b']);
  });
});

describe('a voice', () => {
  const say = voiceOf(texts, 'nl');
  it('says one text, several numbered ones, or finds one by a code', () => {
    expect(say('plain', { number: 1, total: 2 })).toBe('Vraag 1 van 2');
    expect(say('left', { count: 1 })).toBe('one');
    expect(say.all('method', { name: 'x' })).toEqual(['First, x.', 'Second.']);
    expect(say.find('nowhere')).toBeUndefined();
    expect(say.language).toBe('nl');
  });
});

it('knows directions and names of languages', () => {
  expect(['ar', 'ps', 'nl', 'uk'].map(directionOf)).toEqual(['rtl', 'rtl', 'ltr', 'ltr']);
  expect(['nl', 'ar', 'tr'].map(nameOfLanguage)).toEqual(['Nederlands', 'العربية', 'Türkçe']);
});
