/**
 * Tests of an agency's own, as data: a folder of releases, specifications and regimes, published when the program
 * starts as the demonstration is, and the clips that their items name.
 *
 *   releases/*.json   specifications/*.json   regimes/*.json   media/
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { Release } from '../item-bank/releases/release.ts';
import type { ReleaseStore } from '../item-bank/releases/store.ts';
import { Specification } from '../item-bank/specifications/specification.ts';
import { Regime } from '../scoring/regimes/regime.ts';

export interface Content {
  readonly releases: readonly Release[];
  readonly specifications: readonly Specification[];
  readonly regimes: readonly Regime[];
  readonly media: string;
}

export class ContentInvalid extends Error {
  readonly code = 'content-invalid';
  constructor(
    readonly file: string,
    readonly field: string,
    rule: string,
  ) {
    super(`${file}: ${field}: ${rule}`);
    this.name = 'ContentInvalid';
  }
}

async function readAll<T>(schema: z.ZodType<T>, folder: string, kind: string): Promise<T[]> {
  const names = (await readdir(join(folder, kind))).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => {
      const parsed = schema.safeParse(JSON.parse(await readFile(join(folder, kind, name), 'utf8')));
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      throw new ContentInvalid(`${kind}/${name}`, issue?.path.join('.') ?? '', issue?.message ?? 'is not valid');
    }),
  );
}

/** Throws ContentInvalid naming file and field; a folder that is not there throws what the platform says. */
export async function readContent(folder: string): Promise<Content> {
  const [releases, specifications, regimes] = await Promise.all([
    readAll(Release, folder, 'releases'),
    readAll(Specification, folder, 'specifications'),
    readAll(Regime, folder, 'regimes'),
  ]);
  for (const { id, regime } of specifications)
    if (!regimes.some(({ family }) => family === regime))
      throw new ContentInvalid(`specifications (${id})`, 'regime', `no regime of the folder is of family ${regime}`);
  return { releases, specifications, regimes, media: join(folder, 'media') };
}

/** Idempotent. Throws ImmutablePublication where something was published with other content. */
export async function publishContent(bank: ReleaseStore, content: Content | undefined): Promise<void> {
  const { releases = [], specifications = [] } = content ?? {};
  for (const release of releases) await bank.publishRelease(release);
  for (const specification of specifications) await bank.publishSpecification(specification);
}

/** Where clips are found: those of the demonstration, where it is on, then the agency's own. */
export const mediaFolders = (content: Content | undefined, demonstration: string | undefined): string[] => [
  ...(demonstration === undefined ? [] : ['audio', 'pictures'].map((folder) => join(demonstration, folder))),
  ...(content === undefined ? [] : [content.media]),
];
