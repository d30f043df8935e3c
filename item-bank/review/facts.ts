/** What a question on a fact must have: a source with its place, the day somebody looked, the day to look again. */
import type { ChoiceItem } from '../items/item.ts';

export const factRules = [
  'no-source',
  'source-without-place',
  'not-consulted',
  'no-next-look',
  'next-look-too-late',
  'look-due',
  'foreign-subject',
  'subject-not-asked',
] as const;
export interface FactFinding {
  readonly rule: (typeof factRules)[number];
  readonly item: string;
  readonly what: string;
}

/** An article, a book or title of a code, or the page of a site. */
const article = /\bart\. ?\S*\d|\bartikel \d|\bboek [IVXL\d]|\btitel [IVXL\d]|\bbijlage \d/;
const page = /\b[\w-]+\.(?:be|eu|org|com|net|vlaanderen)\b/;
const isConstitution = (source: string): boolean => /^(?:Grondwet|Kinderrechtenverdrag|Europees Verdrag)/.test(source);
const isLaw = (source: string): boolean => /\bart\. ?\S*\d|\bboek [IVXL\d]/.test(source);

/** Months until somebody must look again: a constitution changes seldom, a law in a year, a service's page sooner. */
export const monthsUntilLook = (source: string): number => (isConstitution(source) ? 36 : isLaw(source) ? 12 : 6);

/** The same day so many months later; a day that this month does not have is the first of the next one. */
export function monthsLater(day: string, months: number): string {
  const date = new Date(`${day}T00:00:00.000Z`);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 10);
}

function sourceFindings({ id, source, consulted, reviewBy }: ChoiceItem, today: string): FactFinding[] {
  const finding = (rule: FactFinding['rule'], what: string): FactFinding => ({ rule, item: id, what });
  if (source === undefined || source.trim() === '') return [finding('no-source', '')];
  const latest = consulted === undefined ? undefined : monthsLater(consulted, monthsUntilLook(source));
  return [
    ...(article.test(source) || page.test(source) ? [] : [finding('source-without-place', source)]),
    ...(consulted === undefined ? [finding('not-consulted', source)] : []),
    ...(reviewBy === undefined ? [finding('no-next-look', source)] : []),
    ...(reviewBy !== undefined && latest !== undefined && reviewBy > latest
      ? [finding('next-look-too-late', `${reviewBy} > ${latest}`)]
      : []),
    ...(reviewBy !== undefined && reviewBy <= today ? [finding('look-due', reviewBy)] : []),
  ];
}

/** `huurcontract en waarborg` promises two things: each is asked somewhere in the slot, and nothing else is. */
const partsOf = (subject: string): string[] => subject.split(/, | en /);

function subjectFindings(items: readonly ChoiceItem[]): FactFinding[] {
  const subjects = new Map<string, string>();
  for (const { attributes } of items) {
    const { slot, subject } = attributes;
    if (slot !== undefined && subject !== undefined) subjects.set(slot, subject);
  }
  return [...subjects].flatMap(([slot, subject]) => {
    const own = items.filter(({ attributes }) => attributes['slot'] === slot);
    const parts = partsOf(subject);
    const foreign = own.filter(({ attributes }) => !parts.includes(attributes['about'] ?? ''));
    const unasked = parts.filter((part) => own.every(({ attributes }) => attributes['about'] !== part));
    return [
      ...foreign.map(({ id, attributes }): FactFinding => {
        const about = attributes['about'] ?? '-';
        return { rule: 'foreign-subject', item: id, what: `${slot}: ${about}` };
      }),
      ...unasked.map((part): FactFinding => ({ rule: 'subject-not-asked', item: slot, what: part })),
    ];
  });
}

/**
 * @param items of one bank, in use; those with something to listen to ask no facts.
 * @param today an ISO date.
 */
export function factFindings(items: readonly ChoiceItem[], today: string): FactFinding[] {
  const facts = items.filter(({ languages }) =>
    Object.values(languages).every(({ stimulus }) => stimulus === undefined),
  );
  return [...facts.flatMap((item) => sourceFindings(item, today)), ...subjectFindings(facts)];
}
