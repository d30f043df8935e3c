/**
 * The demonstration bank: sources, clips and pictures made into releases that the program treats like any other.
 * Synthetic, with expert guesses for parameters.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defined } from '../storage/document/defined.ts';
import { canonicalJson } from '../storage/document/json.ts';
import { sha256 } from '../storage/document/hash.ts';
import type { ItemVersion, MediaRef, Spoken } from '../item-bank/items/item.ts';
import { folderLibrary, type MediaLibrary } from '../item-bank/items/media.ts';
import { type ItemParameterRow, Release } from '../item-bank/releases/release.ts';
import { Specification } from '../item-bank/specifications/specification.ts';
import {
  type CivicSource,
  DemonstrationInvalid,
  type ListeningSource,
  parseWith,
  readJson,
  readSources,
  type Source,
  type SpeakingSource,
} from './sources.ts';

export interface Demonstration {
  readonly releases: Release[];
  readonly specifications: Specification[];
  readonly media: MediaLibrary;
}

const createdAt = '2026-11-23T00:00:00.000Z';
const manifestFile = 'audio/manifest.json';
const slotsFile = 'bank/mo/slots.json';
const Manifest = z.record(z.string(), z.strictObject({ file: z.string(), durationMs: z.int().positive() }));
const Exposure = z.record(z.string(), z.number().min(0).max(1));
const Slots = z.array(
  z.strictObject({
    id: z.string(),
    part: z.enum(['values', 'practical']),
    theme: z.record(z.string(), z.string()),
    subject: z.record(z.string(), z.string()),
  }),
);

/** What the sources are tied to: rendered clips, the blueprint's slots with the content codes they give their items. */
interface Material {
  readonly clips: z.infer<typeof Manifest>;
  readonly slots: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

function clip({ clips }: Material, file: string, item: string, key: string): MediaRef {
  const found = clips[`${item}/${key}`];
  if (found === undefined)
    throw new DemonstrationInvalid(file, item, key, `has no clip in ${manifestFile}: run npm run voices`);
  return { id: found.file, contentType: 'audio/mpeg', durationMs: found.durationMs };
}
const picture = (name: string): MediaRef => ({ id: `${name}.svg`, contentType: 'image/svg+xml', durationMs: 0 });

function listeningItem(material: Material, file: string, source: ListeningSource): ItemVersion {
  const { id, version, use, enemies, key, rationale, type, level, domain, topic, warmest, withoutAudio } = source;
  const audio = (name: string): MediaRef => clip(material, file, id, name);
  return {
    kind: 'choice',
    id,
    version,
    use,
    enemies,
    key,
    rationale,
    ...defined({ warmest, withoutAudio }),
    attributes: { type, level, domain, topic },
    languages: {
      nl: {
        stimulus: { text: source.stimulus.map(({ text }) => text).join('\n'), audio: audio('stimulus') },
        stem: { text: source.question, audio: audio('stem') },
        options: source.options.map((option, n) => ({
          text: option.text,
          audio: audio(`option${n}`),
          ...(option.picture === undefined ? {} : { picture: picture(option.picture) }),
        })),
      },
    },
  };
}

function speakingItem(material: Material, file: string, source: SpeakingSource): ItemVersion {
  const { id, version, use, title, criteria, lookFor, task, level } = source;
  return {
    kind: 'speaking',
    id,
    version,
    use,
    enemies: [],
    title,
    criteria,
    lookFor,
    attributes: { task, level },
    turns: source.turns.map(({ text, plays, prepMs, answerMs }, n) => ({
      prompt: { text, audio: clip(material, file, id, `turn${n}`) },
      plays,
      prepMs,
      answerMs,
    })),
  };
}

function civicItem(material: Material, file: string, item: CivicSource): ItemVersion {
  const { id, version, use, enemies, key, rationale, source, consulted, reviewBy, slot, part, about } = item;
  const content = material.slots.get(slot);
  if (content === undefined && use === 'operational')
    throw new DemonstrationInvalid(file, id, 'slot', `${slot} is no slot of the blueprint`);
  const spoken = (language: string, name: string, text: string): Spoken => ({
    text,
    audio: clip(material, file, id, `${language}/${name}`),
  });
  const texts = Object.entries(item.texts).map(([language, { stem, options }]) => [
    language,
    { stem: spoken(language, 'stem', stem), options: options.map((text, n) => spoken(language, `option${n}`, text)) },
  ]);
  return {
    kind: 'choice',
    id,
    version,
    use,
    enemies,
    key,
    rationale,
    source,
    reviewBy,
    ...defined({ consulted }),
    attributes: { slot, part, ...content, ...defined({ about }) },
    languages: Object.fromEntries(texts),
  };
}

function itemOf(material: Material, { file, ...source }: Source): ItemVersion {
  switch (source.kind) {
    case 'listening':
      return listeningItem(material, file, source.item);
    case 'speaking':
      return speakingItem(material, file, source.item);
    case 'civic':
      return civicItem(material, file, source.item);
  }
}

/** Rasch: slope 1. The difficulty is the author's guess and says so. */
function parameterOf({ kind, item }: Source, exposure: Readonly<Record<string, number>>): ItemParameterRow[] {
  if (kind === 'speaking' || item.use === 'practice') return [];
  return [
    {
      id: item.id,
      model: 'logistic',
      slope: 1,
      difficulty: item.difficulty,
      exposure: exposure[item.id] ?? 1,
      origin: 'expert-guess',
    },
  ];
}

const banks = { listening: 'nt2-listening', speaking: 'nt2-speaking', civic: 'mo' } as const;
const bankOf = ({ kind, item }: Source): string => (item.use === 'practice' ? 'practice' : banks[kind]);

/** The id carries a hash of the content: a release is immutable, so another content is another release. */
function releaseOf(bank: string, items: ItemVersion[], parameters: ItemParameterRow[]): Release {
  const content = { bank, createdAt, synthetic: true, items, parameters };
  return parseWith(Release, { id: `${bank}-${sha256(canonicalJson(content)).slice(0, 12)}`, ...content }, bank, '-');
}

async function readOptional<T>(schema: z.ZodType<T>, folder: string, file: string, otherwise: T): Promise<T> {
  try {
    await access(join(folder, file));
  } catch {
    return otherwise;
  }
  return parseWith(schema, await readJson(folder, file), file, '-');
}

async function checkPictures(folder: string, sources: readonly Source[]): Promise<void> {
  for (const { file, kind, item } of sources) {
    if (kind !== 'listening') continue;
    for (const { picture: name } of item.options) {
      if (name === undefined) continue;
      await access(join(folder, 'pictures', `${name}.svg`)).catch(() => {
        throw new DemonstrationInvalid(file, item.id, 'options.picture', `${name} is not in pictures/`);
      });
    }
  }
}

/**
 * @param folder demonstration/, wherever the program is installed. Throws DemonstrationInvalid naming file, item and
 * field.
 */
export async function loadDemonstration(folder: string): Promise<Demonstration> {
  const sources = await readSources(folder);
  await checkPictures(folder, sources);
  const specifications = await Promise.all(
    ['nt2-oral', 'mo'].map(async (name) =>
      parseWith(
        Specification,
        await readJson(folder, `specifications/${name}.json`),
        `specifications/${name}.json`,
        '-',
      ),
    ),
  );
  const slots = parseWith(Slots, await readJson(folder, slotsFile), slotsFile, '-');
  const material: Material = {
    clips: parseWith(Manifest, await readJson(folder, manifestFile), manifestFile, '-'),
    slots: new Map(
      slots.map(({ id, theme, subject }) => [id, { theme: theme['nl'] ?? '', subject: subject['nl'] ?? '' }]),
    ),
  };
  const exposure = await readOptional(Exposure, folder, 'bank/exposure.json', {});
  const releases = ['nt2-listening', 'nt2-speaking', 'mo', 'practice'].map((bank) => {
    const own = sources.filter((source) => bankOf(source) === bank);
    return releaseOf(
      bank,
      own.map((source) => itemOf(material, source)),
      own.flatMap((source) => parameterOf(source, exposure)),
    );
  });
  return { releases, specifications, media: folderLibrary([join(folder, 'audio'), join(folder, 'pictures')]) };
}
