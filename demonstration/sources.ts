/**
 * The demonstration's source files as their authors wrote them, checked; every complaint names file, item and field.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { Criterion, Language } from '../item-bank/items/item.ts';

export class DemonstrationInvalid extends Error {
  readonly code = 'demonstration-invalid';
  constructor(
    readonly file: string,
    readonly item: string,
    readonly field: string,
    rule: string,
  ) {
    super(`${file}, item ${item}, ${field === '' ? '' : `${field}: `}${rule}`);
    this.name = 'DemonstrationInvalid';
  }
}

const Use = z.enum(['operational', 'pretest', 'practice']);
const key = z.int().min(0).max(2);
/** A text that changed is another version of its item; the first is not written. */
const version = z.int().positive().default(1);
const difficulty = z.number().min(-4).max(4);
const Voiced = { voice: z.string().min(1), text: z.string().min(1) };

const ListeningSource = z
  .strictObject({
    id: z.string().min(1),
    type: z.enum(['L1', 'L2', 'L3', 'L4', 'L5']),
    level: z.enum(['A1', 'A2', 'B1']),
    domain: z.enum(['personal', 'public', 'work', 'education']),
    topic: z.string().min(1),
    use: Use,
    stimulus: z.array(z.strictObject(Voiced)).min(1),
    question: z.string().min(1),
    options: z.array(z.strictObject({ text: z.string().min(1), picture: z.string().optional() })).length(3),
    key,
    version,
    difficulty,
    enemies: z.array(z.string()),
    rationale: z.string().min(1),
    warmest: key.optional(),
    withoutAudio: key.optional(),
  })
  .refine(({ type, options }) => type !== 'L1' || options.every(({ picture }) => picture !== undefined), {
    path: ['options'],
    error: 'a picture choice needs three pictures',
  });

const SpeakingSource = z.strictObject({
  id: z.string().min(1),
  task: z.string().min(1),
  title: z.string().min(1),
  level: z.string().min(1),
  version,
  use: Use.default('operational'),
  criteria: z.array(Criterion).min(1),
  turns: z
    .array(
      z.strictObject({
        ...Voiced,
        prepMs: z.int().nonnegative(),
        answerMs: z.int().positive(),
        plays: z.int().positive(),
      }),
    )
    .min(1),
  lookFor: z.string().min(1),
});

const CivicSource = z.strictObject({
  id: z.string().min(1),
  slot: z.string().min(1),
  part: z.enum(['values', 'practical']),
  use: Use,
  texts: z.partialRecord(
    Language,
    z.strictObject({ stem: z.string().min(1), options: z.array(z.string().min(1)).length(3) }),
  ),
  key,
  version,
  /** Which part of its slot's subject it asks about, in the words of the slot. */
  about: z.string().min(1).optional(),
  source: z.string().min(1),
  consulted: z.iso.date().optional(),
  reviewBy: z.iso.date(),
  difficulty,
  enemies: z.array(z.string()),
  rationale: z.string().min(1),
});

export type ListeningSource = z.infer<typeof ListeningSource>;
export type SpeakingSource = z.infer<typeof SpeakingSource>;
export type CivicSource = z.infer<typeof CivicSource>;
/** An item with the file it stands in, for complaints. */
export type Source = { readonly file: string } & (
  | { readonly kind: 'listening'; readonly item: ListeningSource }
  | { readonly kind: 'speaking'; readonly item: SpeakingSource }
  | { readonly kind: 'civic'; readonly item: CivicSource }
);

export async function readJson(folder: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, file), 'utf8'));
  } catch (error) {
    throw new DemonstrationInvalid(file, '-', '', error instanceof SyntaxError ? 'is not JSON' : 'cannot be read');
  }
}

/** Throws DemonstrationInvalid for the first member that breaks the schema's rule. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, file: string, item: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new DemonstrationInvalid(file, item, issue?.path.join('.') ?? '', issue?.message ?? 'is not valid');
}

const Named = z.looseObject({ id: z.string().min(1) });

/**
 * Which kind an entry is shows in its members: language versions, turns to answer, or a sound to listen to. Undefined
 * for what is no item (the blueprint's slots).
 */
function sourceOf(entry: unknown, file: string, n: number): Source | undefined {
  const named = parseWith(Named, entry, file, `number ${n + 1}`);
  if ('texts' in named) return { file, kind: 'civic', item: parseWith(CivicSource, entry, file, named.id) };
  if ('turns' in named) return { file, kind: 'speaking', item: parseWith(SpeakingSource, entry, file, named.id) };
  if ('stimulus' in named) return { file, kind: 'listening', item: parseWith(ListeningSource, entry, file, named.id) };
  return undefined;
}

/** Every item under bank/, in the order of file names. */
export async function readSources(folder: string): Promise<Source[]> {
  const bank = join(folder, 'bank');
  const files = (await readdir(bank, { recursive: true })).filter((name) => name.endsWith('.json')).sort();
  const sources: Source[] = [];
  for (const name of files) {
    const file = relative(folder, join(bank, name));
    const content = await readJson(folder, file);
    if (Array.isArray(content)) sources.push(...content.flatMap((entry: unknown, n) => sourceOf(entry, file, n) ?? []));
  }
  checkIds(sources);
  return sources;
}

function checkIds(sources: readonly Source[]): void {
  const ids = new Set<string>();
  for (const { file, item } of sources) {
    if (ids.has(item.id)) throw new DemonstrationInvalid(file, item.id, 'id', 'is there twice');
    ids.add(item.id);
  }
  for (const { file, kind, item } of sources) {
    if (kind === 'speaking') continue;
    for (const enemy of item.enemies)
      if (!ids.has(enemy) || enemy === item.id)
        throw new DemonstrationInvalid(file, item.id, 'enemies', `${enemy} is no other item`);
  }
}
