import { describe, expect, it } from 'vitest';
import { isSameName, referenceIdentity, writtenName, writtenReference } from './written.ts';

describe('a name is written', () => {
  it.each([
    ['as it is', 'Zeynep Öztürk', 'Zeynep Öztürk'],
    ['composed', 'Zeynep O\u0308ztu\u0308rk', 'Zeynep Öztürk'],
    ['without a space of no width', 'Ami\u200Bna', 'Amina'],
    ['without a mark of the byte order', '\uFEFFAmina', 'Amina'],
    ['without a turn of direction', 'Amina \u202Eanimoh', 'Amina animoh'],
    ['without controls', 'Ami\u0000na\u0007', 'Amina'],
    ['with one space for many, tabs and lines among them', '  Amina\t\u00A0\r\n Haddad ', 'Amina Haddad'],
    ['without blank letters', '\u3164Amina\u2800', 'Amina'],
    ['without joiners between Latin letters', 'Am\u200Dina', 'Amina'],
    ['with the joiners that a Persian name has', 'علی\u200Cرضا', 'علی\u200Cرضا'],
    ['without joiners at its ends', '\u200Cعلی\u200D', 'علی'],
    ['with hyphens and apostrophes', "O'Neill-d’Hondt", "O'Neill-d’Hondt"],
    ['empty where nothing can be seen', '\u200B\u2060 \u3164', ''],
  ])('%s', (_, typed, written) => expect(writtenName(typed)).toBe(written));
});

describe('a reference', () => {
  it.each([
    ['KBI-1', ' KBI-1\r\n'],
    ['KBI-1', 'KBI\u200B-1'],
    ['KBI-1', 'KBI-\u202D1\u202C'],
    ['kbi-1', 'kbi-1'],
  ])('is kept as %j', (written, typed) => expect(writtenReference(typed)).toBe(written));
  it.each(['kbi-1', 'KBI\u200D-1', 'ＫＢＩ－１', ' KBI-1 '])('%j is the same one', (typed) =>
    expect(referenceIdentity(typed)).toBe('KBI-1'),
  );
  it.each(['KBI-2', 'KBI 1', 'KBI1'])('%j is another one', (typed) =>
    expect(referenceIdentity(typed)).not.toBe('KBI-1'),
  );
});

it('names are the same that are read alike', () => {
  expect(isSameName('Zeynep O\u0308ztu\u0308rk', ' Zeynep  Öztürk')).toBe(true);
  expect(isSameName('علی\u200Cرضا', 'علیرضا')).toBe(true);
  expect(isSameName('Zeynep Öztürk', 'Zeynep Ozturk')).toBe(false);
});
