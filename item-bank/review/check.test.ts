/** Every rule of the review, against items that are planted to break it and against items that are sound. */
import { describe, expect, it } from 'vitest';
import type { ChoiceItem } from '../items/item.ts';
import { isCue, trickFigure } from './chance.ts';
import { checkBank } from './check.ts';
import { monthsLater } from './facts.ts';
import { heardShare, namedAt } from './heard.ts';
import { type PlantedText, planted, plantedPrompt } from './planted.suite.ts';

const today = '2026-11-28';
const many = <T>(make: (n: number) => T, count = 12): T[] => Array.from({ length: count }, (_, n) => make(n));
const cuesOf = (items: readonly ChoiceItem[]): string[] =>
  checkBank(items, today)
    .figures.filter((figure) => figure.isCue)
    .map(({ trick }) => trick);
/** Words that no two items share, so that none are alike. */
const word = (n: number, m: number): string => `w${String.fromCharCode(97 + n, 97 + m).repeat(3)}`;
const threeWords = (n: number): readonly string[] => [0, 1, 2].map((m) => word(n, m));
const heardItem = (n: number, heard: readonly number[], key: number, changed: Partial<ChoiceItem> = {}): ChoiceItem =>
  planted(
    `L-${n}`,
    { nl: { heard: heard.map((m) => word(n, m)).join(' en '), asked: `Wat ${n}?`, answers: threeWords(n) } },
    { key, ...changed },
  );

describe('a trick', () => {
  it('is a cue where it beats chance by more than two standard errors', () => {
    const right = (count: number) =>
      trickFigure(many((n) => n, 30).map((n) => ({ picks: [0], options: 3, key: n < count ? 0 : 1 })));
    // 10 by chance, SE 2.58: the bound is 15.16.
    expect([isCue(right(15)), isCue(right(16))]).toEqual([false, true]);
    expect(right(16)).toMatchObject({ items: 30, right: 16, chance: 10 });
  });
  it('that picks two of three is worth a half where one of them is right', () => {
    expect(trickFigure([{ picks: [0, 2], options: 3, key: 2 }])).toMatchObject({ items: 1, right: 0.5 });
  });
  it('that picks nothing or everything says nothing', () => {
    const nothing = trickFigure([[], [0, 1, 2]].map((picks) => ({ picks, options: 3, key: 0 })));
    expect(nothing).toEqual({ items: 0, right: 0, chance: 0, bound: 0 });
  });
});

describe('what is heard', () => {
  it.each([
    ['een ui', 'Snij de uien fijn.', 2],
    ['een aardappel', 'Er zijn geen aardappelen meer.', 3],
    ['half acht', 'Kom om half acht.', 3],
    ['een oor', 'Ik heb pijn in mijn oog.', undefined],
    ['half acht', 'Kom om acht uur.', undefined],
  ])('%s in "%s"', (answer, text, at) => {
    expect(namedAt(answer, text)).toBe(at);
  });
  it('counts the words of an answer that are heard', () => {
    expect(heardShare('Naar de nieuwe bakker', 'De bakker is dicht.')).toBe(0.5);
  });
});

describe('cues across items', () => {
  it.each([
    ['last-named', (n: number) => heardItem(n, [1, 2, 0], 0)],
    ['first-named', (n: number) => heardItem(n, [n % 3, (n + 1) % 3, (n + 2) % 3], n % 3)],
    ['middle-named', (n: number) => heardItem(n, [(n + 1) % 3, n % 3, (n + 2) % 3], n % 3)],
    ['least-heard', (n: number) => heardItem(n, [(n + 1) % 3, (n + 2) % 3], n % 3)],
    ['first-place', (n: number) => heardItem(n, [], 0)],
    ['second-place', (n: number) => heardItem(n, [], 1)],
    ['third-place', (n: number) => heardItem(n, [], 2)],
    ['warmest', (n: number) => heardItem(n, [], n % 3, { warmest: n % 3 })],
    ['without-audio', (n: number) => heardItem(n, [], n % 3, { withoutAudio: n % 3 })],
  ])('finds %s', (trick, make) => {
    expect(cuesOf(many(make))).toContain(trick);
  });
  const withAnswers = (make: (n: number) => readonly string[]) =>
    many((n) => planted(`M-${n}`, { nl: { asked: `Wat ${n}?`, answers: make(n) } }, { key: n % 3 }));
  const withKey = (n: number, right: string, wrong: string) => [0, 1, 2].map((m) => (m === n % 3 ? right : wrong + m));
  it('finds the longest, the shortest, and the one without absolute words', () => {
    expect(cuesOf(withAnswers((n) => withKey(n, 'veel langer dan de rest', 'kort')))).toContain('longest');
    expect(cuesOf(withAnswers((n) => withKey(n, 'kort', 'veel langer dan het')))).toContain('shortest');
    expect(cuesOf(withAnswers((n) => withKey(n, 'soms een beetje', 'altijd hem ')))).toContain('without-absolutes');
  });
  it('finds nothing where right and wrong answers are treated alike', () => {
    const orders = [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ];
    const alike = many((n) => heardItem(n, orders[Math.floor(n / 3) % 3] ?? [], n % 3, { warmest: (n * 2) % 3 }), 36);
    expect(cuesOf(alike)).toEqual([]);
  });
  it('compares items with their like only', () => {
    const level = (name: string) => ({ attributes: { level: name, type: 'L1' } });
    const mixed = [
      ...many((n) => heardItem(n, [1, 2, 0], 0, level('A1')), 9),
      heardItem(20, [0, 1, 2], 0, level('A2')),
    ];
    const groups = checkBank(mixed, today).figures.filter(({ trick }) => trick === 'last-named');
    expect(groups.map(({ group, items, right }) => [group, items, right])).toEqual([
      ['A1 L1 nl', 9, 9],
      ['A2 L1 nl', 1, 0],
    ]);
  });
  it('does not look at practice', () => {
    expect(
      checkBank(
        many((n) => heardItem(n, [1, 2, 0], 0, { use: 'practice' })),
        today,
      ),
    ).toMatchObject({ items: 0 });
  });
});

const sound = { source: 'Grondwet, art. 10', consulted: '2026-11-28', reviewBy: '2027-11-28' };
const rulesOf = (items: readonly ChoiceItem[]): string[] => checkBank(items, today).findings.map(({ rule }) => rule);
const fact = (changed: Partial<ChoiceItem>, texts: Partial<Record<'nl' | 'en' | 'ar', PlantedText>> = { nl: {} }) =>
  planted('MO-1', texts, { ...sound, ...changed });

describe('texts', () => {
  it.each<[string, PlantedText]>([
    ['no-question', { asked: 'Een vrouw wil een rekening. Wat is juist?' }],
    ['joke-answer', { answers: ['Bij de gemeente', 'Bij het paleis van de koning', 'Bij de rechtbank'] }],
  ])('%s', (rule, nl) => {
    expect(rulesOf([fact({}, { nl })])).toEqual([rule]);
  });
  it('asks for a question in every language', () => {
    const asked = 'رجل وامرأة. ما هو الصحيح؟';
    expect(rulesOf([fact({}, { nl: { asked: 'Wie beslist?' }, ar: { asked } })])).toEqual(['no-question']);
  });
  it.each([
    ['Ik eet brood, geen taart.', ['half-named']],
    ['Ik eet brood, geen taart en geen ei.', []],
    ['Ik eet brood.', []],
    ['Geen van die drie.', []],
  ])('pictures: %s', (heard, rules) => {
    expect(rulesOf([planted('L-1', { nl: { heard } }, {}, true)])).toEqual(rules);
  });
  it('a translation may not betray the answer by a word of the question', () => {
    const nl = {
      asked: 'Waarvoor dient de plaatsbeschrijving?',
      answers: ['Voor de staat', 'Voor de weg', 'Voor de huur'],
    };
    const en = { asked: 'What is the inventory of condition for?', answers: ['The condition', 'The road', 'The rent'] };
    expect(rulesOf([fact({}, { nl, en })])).toEqual(['cue-in-translation']);
    expect(rulesOf([fact({}, { nl, en: { ...en, asked: 'What is the inventory for?' } })])).toEqual([]);
  });
  it('finds that word behind the Arabic article', () => {
    const ar = { asked: 'لماذا وصف الحالة؟', answers: ['لحالة المسكن', 'لطريق المسكن', 'لثمن المسكن'] };
    expect(rulesOf([fact({}, { nl: {}, ar })])).toEqual(['cue-in-translation']);
  });
  it('a translation may not make the answer stand out', () => {
    const nl = { answers: ['De gemeente', 'De provincie', 'De politie'] };
    const en = { answers: ['The municipality where you live', 'Police', 'Province'] };
    expect(rulesOf([fact({}, { nl, en })])).toEqual(['longer-in-translation']);
  });
  it.each([
    ['Hoe heet u?', ['asks-who-speaks']],
    ['In welke gemeente woont u?', ['asks-who-speaks']],
    ['Wat eet u graag?', []],
  ])('prompt: %s', (text, rules) => {
    expect(checkBank([plantedPrompt(text)], today).findings.map(({ rule }) => rule)).toEqual(rules);
  });
});

describe('facts', () => {
  it.each<[string, Partial<ChoiceItem>]>([
    ['no-source', { source: ' ' }],
    ['source-without-place', { source: 'Agentschap Opgroeien', reviewBy: '2027-02-01' }],
    ['next-look-too-late', { reviewBy: '2030-01-01' }],
    ['look-due', { reviewBy: today }],
  ])('%s', (rule, changed) => {
    expect(rulesOf([fact(changed)])).toEqual([rule]);
  });
  it('wants the day of the look and of the next one', () => {
    expect(rulesOf([planted('MO-1', { nl: {} }, { source: 'Grondwet, art. 10' })])).toEqual([
      'not-consulted',
      'no-next-look',
    ]);
  });
  it.each([
    ['Grondwet, art. 10', '2029-11-28'],
    ['Wet van 3 juli 1978, art. 7', '2027-11-28'],
    ['rva.be/werkloosheid', '2027-05-28'],
  ])('%s may wait until %s', (source, last) => {
    expect(rulesOf([fact({ source, reviewBy: last })])).toEqual([]);
    expect(rulesOf([fact({ source, reviewBy: monthsLater(last, 1) })])).toEqual(['next-look-too-late']);
  });
  it('a slot asks what its subject promises, all of it and nothing else', () => {
    const slot = (about: string) => ({ attributes: { slot: 'B11', subject: 'spoed en apotheek', about } });
    const both = [planted('MO-1', { nl: { asked: 'Eerst?' } }, { ...sound, ...slot('spoed') })];
    expect(rulesOf(both)).toEqual(['subject-not-asked']);
    expect(rulesOf([...both, fact(slot('apotheek'))])).toEqual([]);
    expect(rulesOf([...both, fact(slot('apotheek')), fact(slot('vakantie'))])).toEqual(['foreign-subject']);
  });
});

describe('items that are alike', () => {
  const one = {
    heard: 'De trein vertrekt van spoor acht',
    asked: 'Van welk spoor?',
    answers: ['vier', 'acht', 'tien'],
  };
  const pair = (changed: Partial<ChoiceItem> = {}) => [
    planted('L-1', { nl: one }, changed),
    // Not one answer in common.
    planted('L-2', { nl: { ...one, heard: 'De trein vertrekt van spoor negen', answers: ['zes', 'negen', 'elf'] } }),
    ...many((n) => heardItem(n + 3, [0, 1, 2], n % 3), 6),
  ];
  it('are enemies', () => {
    expect(checkBank(pair(), today).findings).toMatchObject([{ rule: 'alike', item: 'L-1, L-2' }]);
    expect(rulesOf(pair({ enemies: ['L-2'] }))).toEqual([]);
  });
  it('are alike where they share the right answer and a wrong one', () => {
    const answers = ['met de fiets', 'met de auto', 'met de bus'];
    const others = many((n) => heardItem(n, [0, 1, 2], n % 3), 6);
    const shared = (id: string, heard: string) => planted(id, { nl: { heard, asked: id, answers } });
    const items = [
      shared('L-8', 'Oma fietst graag'),
      shared('L-9', 'Wij rijden naar Leuven langs kleine wegen'),
      ...others,
    ];
    expect(rulesOf(items)).toContain('alike');
  });
  it('never meet where they share a slot', () => {
    const slot = { attributes: { slot: 'A01' } };
    expect(rulesOf(pair(slot).map((item) => ({ ...item, ...slot })))).not.toContain('alike');
  });
});
