/** What a reader would send back in one item: no question, a joke for an answer, a picture that is half named. */
import { type ChoiceItem, type ChoiceText, type SpeakingItem, languages } from '../items/item.ts';
import { contentWords, namedAt } from './heard.ts';
import suspect from './suspect-words.json' with { type: 'json' };

export const textRules = [
  'no-question',
  'joke-answer',
  'half-named',
  'cue-in-translation',
  'longer-in-translation',
  'asks-who-speaks',
] as const;
export interface TextFinding {
  readonly rule: (typeof textRules)[number];
  readonly item: string;
  /** The language, and the words that were found. */
  readonly what: string;
}

type Words = Readonly<Record<string, readonly string[]>>;
const found = (words: Words, language: string, text: string): string | undefined =>
  words[language]?.find((word) => text.toLocaleLowerCase().includes(word));

/** Every picture's answer is named, or none but the right one is: what nobody names cannot be it. */
function isHalfNamed(text: ChoiceText, key: number): boolean {
  if (text.options.some(({ picture }) => picture === undefined)) return false;
  const named = text.options.flatMap((option, n) =>
    namedAt(option.text, text.stimulus?.text ?? '') === undefined ? [] : [n],
  );
  return named.some((n) => n !== key) && named.length < text.options.length;
}

/** How much longer the right answer is than the others on average. */
function standsOut({ options }: ChoiceText, key: number): number {
  const length = (n: number): number => [...(options[n]?.text ?? '')].length;
  const others = options.flatMap((_, n) => (n === key ? [] : [length(n)]));
  return length(key) / (others.reduce((sum, one) => sum + one, 0) / others.length);
}
/** A right answer that is half as long again as in Dutch, against its neighbours, is seen from afar. */
const muchLonger = 1.5;

/** The article of Arabic, and prepositions written to it, do not hide a word. */
const bare = (word: string): string => word.replace(/^(?:[وبل]?ال|لل|[بل](?=\p{L}{4}))/u, '');
const stems = (text: string): string[] =>
  contentWords(text)
    .map(bare)
    .filter((word) => [...word].length >= 4)
    .map((word) => [...word].slice(0, 5).join(''));
/** Words that the question shares with the right answer alone. */
function sharedWithKey({ stem, options }: ChoiceText, key: number): string[] {
  const asked = new Set(stems(stem.text));
  const wrong = new Set(options.flatMap(({ text }, n) => (n === key ? [] : stems(text))));
  return stems(options[key]?.text ?? '').filter((word) => asked.has(word) && !wrong.has(word));
}

function translationFindings({ id, key, languages: versions }: ChoiceItem): TextFinding[] {
  const { nl } = versions;
  if (nl === undefined) return [];
  const isInDutch = sharedWithKey(nl, key).length > 0;
  return languages.flatMap((language): TextFinding[] => {
    const text = versions[language];
    if (text === undefined || language === 'nl') return [];
    const shared = isInDutch ? [] : sharedWithKey(text, key);
    return [
      ...(shared.length > 0
        ? [{ rule: 'cue-in-translation' as const, item: id, what: `${language}: ${shared.join(', ')}` }]
        : []),
      ...(standsOut(text, key) > muchLonger * Math.max(1, standsOut(nl, key))
        ? [{ rule: 'longer-in-translation' as const, item: id, what: language }]
        : []),
    ];
  });
}

function choiceFindings(item: ChoiceItem): TextFinding[] {
  const { id, key } = item;
  const own = languages.flatMap((language): TextFinding[] => {
    const text = item.languages[language];
    if (text === undefined) return [];
    const noQuestion = found(suspect['no question'], language, text.stem.text);
    const jokes = text.options.flatMap((option, n) =>
      n === key ? [] : (found(suspect.joke, language, option.text) ?? []),
    );
    return [
      ...(noQuestion === undefined
        ? []
        : [{ rule: 'no-question' as const, item: id, what: `${language}: ${noQuestion}` }]),
      ...jokes.map((word) => ({ rule: 'joke-answer' as const, item: id, what: `${language}: ${word}` })),
      ...(isHalfNamed(text, key) ? [{ rule: 'half-named' as const, item: id, what: language }] : []),
    ];
  });
  return [...own, ...translationFindings(item)];
}

function promptFindings({ id, turns }: SpeakingItem): TextFinding[] {
  return turns.flatMap(({ prompt }) => {
    const word = found(suspect.identity, 'nl', prompt.text);
    return word === undefined ? [] : [{ rule: 'asks-who-speaks' as const, item: id, what: word }];
  });
}

export const textFindings = (item: ChoiceItem | SpeakingItem): TextFinding[] =>
  item.kind === 'choice' ? choiceFindings(item) : promptFindings(item);
