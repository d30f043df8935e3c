/** The demonstration bank is whole: counts, balance, sound, rates, sizes. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { assembleForm } from '../item-bank/forms/assemble.ts';
import type { ChoiceItem, ItemVersion, MediaRef, SpeakingItem } from '../item-bank/items/item.ts';
import { checkBank } from '../item-bank/review/check.ts';
import type { LinearPart } from '../item-bank/specifications/specification.ts';
import { type Demonstration, loadDemonstration } from './bank.ts';
import { readSources, type Source } from './sources.ts';

const folder = import.meta.dirname;
const Recipe = z.looseObject({
  turnPauseMs: z.number(),
  edgeMs: z.number(),
  levels: z.record(z.string(), z.strictObject({ slowest: z.number(), fastest: z.number() })),
});
const recipe = Recipe.parse(JSON.parse(readFileSync(join(folder, 'voices/voices.json'), 'utf8')));

let demonstration: Demonstration;
let sources: Source[];
beforeAll(async () => {
  [demonstration, sources] = await Promise.all([loadDemonstration(folder), readSources(folder)]);
});

const itemsOf = (bank: string): ItemVersion[] =>
  demonstration.releases.find((release) => release.bank === bank)?.items ?? [];
const choices = (bank: string): ChoiceItem[] => itemsOf(bank).filter((item) => item.kind === 'choice');
const prompts = (): SpeakingItem[] => itemsOf('nt2-speaking').filter((item) => item.kind === 'speaking');
const countBy = <T>(list: readonly T[], of: (one: T) => string): Record<string, number> =>
  list.reduce<Record<string, number>>((counts, one) => ({ ...counts, [of(one)]: (counts[of(one)] ?? 0) + 1 }), {});
const operational = (items: readonly ChoiceItem[]): ChoiceItem[] => items.filter(({ use }) => use === 'operational');
const linearPart = (): LinearPart => {
  const part = demonstration.specifications
    .flatMap(({ parts }) => parts)
    .find((candidate) => candidate.kind === 'linear');
  if (part === undefined) throw new Error('no linear part');
  return part;
};

describe('listening', () => {
  it('has at least 180 operational and 30 pretest items, 60 operational at each level', () => {
    const items = choices('nt2-listening');
    expect(operational(items).length).toBeGreaterThanOrEqual(180);
    expect(items.length - operational(items).length).toBeGreaterThanOrEqual(30);
    for (const count of Object.values(countBy(operational(items), ({ attributes }) => attributes['level'] ?? '')))
      expect(count).toBeGreaterThanOrEqual(60);
  });
  it('has the five types and the four domains in about the wanted shares', () => {
    const items = operational(choices('nt2-listening'));
    const near = (attribute: string, wanted: Record<string, number>): void => {
      const counts = countBy(items, ({ attributes }) => attributes[attribute] ?? '');
      expect(Object.keys(counts).sort()).toEqual(Object.keys(wanted).sort());
      for (const [name, share] of Object.entries(wanted))
        expect(Math.abs((counts[name] ?? 0) / items.length - share), `${attribute} ${name}`).toBeLessThanOrEqual(0.03);
    };
    near('type', { L1: 0.25, L2: 0.2, L3: 0.25, L4: 0.2, L5: 0.1 });
    near('domain', { personal: 0.3, public: 0.35, work: 0.2, education: 0.15 });
  });
  it('speaks at the rate of its level', () => {
    const outside: string[] = [];
    for (const source of sources) {
      if (source.kind !== 'listening') continue;
      const { id, level, stimulus } = source.item;
      const clip = [...choices('nt2-listening'), ...choices('practice')].find((item) => item.id === id)?.languages.nl
        ?.stimulus?.audio;
      const words = stimulus
        .flatMap(({ text }) => text.split(/\s+/))
        .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
      const rate =
        (60_000 * words) / ((clip?.durationMs ?? 0) - recipe.turnPauseMs * (stimulus.length - 1) - 2 * recipe.edgeMs);
      const bounds = recipe.levels[level];
      if (bounds === undefined || rate < bounds.slowest || rate > bounds.fastest)
        outside.push(`${id} ${level}: ${rate.toFixed(1)} words a minute`);
    }
    expect(outside).toEqual([]);
  });
  it('uses at least six voices, women and men alike', () => {
    const voices = countBy(
      sources.flatMap((source) => (source.kind === 'listening' ? source.item.stimulus : [])),
      ({ voice }) => voice,
    );
    expect(Object.keys(voices).length).toBeGreaterThanOrEqual(6);
    const women = Object.entries(voices)
      .filter(([voice]) => voice.startsWith('f'))
      .reduce((sum, [, count]) => sum + count, 0);
    expect(women / Object.values(voices).reduce((sum, count) => sum + count, 0)).toBeCloseTo(0.5, 1);
  });
});

describe('speaking', () => {
  it('has six prompts for each task that the specification uses', () => {
    const tasks = demonstration.specifications
      .flatMap(({ parts }) => parts)
      .flatMap((part) => (part.kind === 'speaking' ? part.tasks : []));
    const counts = countBy(prompts(), ({ attributes }) => attributes['task'] ?? '');
    expect(tasks).toEqual(['S1', 'S2', 'S3', 'S4']);
    for (const task of tasks) expect(counts[task], task).toBeGreaterThanOrEqual(6);
  });
  it('rates interaction where several turns are answered, and only there', () => {
    const rated = prompts().filter(({ criteria }) => criteria.includes('IN'));
    expect(new Set(rated.map(({ attributes }) => attributes['task']))).toEqual(new Set(['S2', 'S5']));
    for (const { id, turns } of rated) expect(turns.length, id).toBeGreaterThanOrEqual(3);
  });
  it('lets who speaks with the candidate not be the narrator', () => {
    for (const source of sources) {
      if (source.kind !== 'speaking' || source.item.task !== 'S5') continue;
      const [start, ...turns] = source.item.turns.map(({ voice }) => voice);
      expect(start, source.item.id).toBe('narrator');
      expect(new Set(turns).size, source.item.id).toBe(1);
      expect(turns, source.item.id).not.toContain('narrator');
    }
  });
});

describe('social orientation', () => {
  it('has 41 slots, 11 on values', () => {
    expect(linearPart().slots).toHaveLength(41);
    expect(linearPart().slots.filter(({ part }) => part === 'values')).toHaveLength(11);
  });
  it("has the slots of the bank's own list, each with a theme and a subject", () => {
    const listed = z
      .array(z.looseObject({ id: z.string(), part: z.string() }))
      .parse(JSON.parse(readFileSync(join(folder, 'bank/mo/slots.json'), 'utf8')));
    expect(linearPart().slots).toEqual(listed.map(({ id, part }) => ({ id, part })));
    for (const { id, attributes } of operational(choices('mo')))
      expect([attributes['theme'], attributes['subject']], id).not.toContain(undefined);
  });
  it('has four items for each slot at least, in its part, in Dutch and English, with source and review date', () => {
    const items = operational(choices('mo'));
    const counts = countBy(items, ({ attributes }) => attributes['slot'] ?? '');
    expect(linearPart().slots.filter(({ id }) => (counts[id] ?? 0) < 4)).toEqual([]);
    const parts = new Map<string, string>(linearPart().slots.map(({ id, part }) => [id, part]));
    for (const { id, attributes } of items) expect(attributes['part'], id).toBe(parts.get(attributes['slot'] ?? ''));
    for (const { id, languages, source, reviewBy } of choices('mo'))
      expect([Object.keys(languages).slice(0, 2), source === undefined, reviewBy === undefined], id).toEqual([
        ['nl', 'en'],
        false,
        false,
      ]);
  });
  it('has in each of its languages three items for each slot at least, so that nobody meets one test twice', () => {
    for (const language of ['nl', 'en', 'ar'] as const) {
      const counts = countBy(
        operational(choices('mo')).filter(({ languages }) => languages[language] !== undefined),
        ({ attributes }) => attributes['slot'] ?? '',
      );
      expect(linearPart().slots.filter(({ id }) => (counts[id] ?? 0) < 3)).toEqual([]);
    }
  });
  it.each(['nl', 'en', 'ar'])('fills a whole form in %s', (language) => {
    for (const seed of Array.from({ length: 40 }, (_, n) => String(n)))
      expect(
        assembleForm({ part: linearPart(), items: itemsOf('mo'), seed, language, excluded: new Set() }),
      ).toHaveLength(45);
  });
});

describe('the bank', () => {
  it.each(['nt2-listening', 'mo'])('%s has its keys spread over the three options', (bank) => {
    const items = choices(bank);
    for (const count of Object.values(countBy(items, ({ key }) => String(key))))
      expect(Math.abs(count / items.length - 1 / 3)).toBeLessThan(0.05);
  });
  it('has no two equal texts', () => {
    const plain = (text: string): string =>
      text
        .toLocaleLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, ' ')
        .trim();
    const texts = [
      ...choices('nt2-listening').map(({ languages }) => plain(languages.nl?.stimulus?.text ?? '')),
      ...prompts().flatMap(({ turns }) => turns.map(({ prompt }) => plain(prompt.text))),
      ...choices('mo').flatMap(({ languages }) =>
        Object.entries(languages).map(([language, { stem }]) => `${language} ${plain(stem.text)}`),
      ),
    ];
    expect(texts.filter((text, n) => texts.indexOf(text) !== n)).toEqual([]);
    for (const bank of ['nt2-listening', 'mo', 'practice'])
      for (const { id, languages } of choices(bank))
        for (const { options } of Object.values(languages))
          expect(new Set(options.map(({ text }) => plain(text))).size, id).toBe(3);
  });
  it('has a guess for every choice item that is not practice, and says that it is one', () => {
    for (const { items, parameters } of demonstration.releases) {
      expect(parameters.map(({ id }) => id)).toEqual(
        items.filter(({ kind, use }) => kind === 'choice' && use !== 'practice').map(({ id }) => id),
      );
      expect(parameters.every(({ origin, slope }) => origin === 'expert-guess' && slope === 1)).toBe(true);
    }
    expect([...demonstration.releases, ...demonstration.specifications].every(({ synthetic }) => synthetic)).toBe(true);
  });
  it('has exposure parameters for items that are there only', () => {
    const file = join(folder, 'bank/exposure.json');
    const names = existsSync(file)
      ? Object.keys(z.record(z.string(), z.number()).parse(JSON.parse(readFileSync(file, 'utf8'))))
      : [];
    const known = new Set(operational(choices('nt2-listening')).map(({ id }) => id));
    expect(names.filter((id) => !known.has(id))).toEqual([]);
  });
  it('has the practice items of both tests, for the oral test a spoken one last', () => {
    const practice = new Map(itemsOf('practice').map((item) => [item.id, item]));
    for (const specification of demonstration.specifications)
      expect(specification.practice.filter((id) => !practice.has(id))).toEqual([]);
    expect(
      practice.get(demonstration.specifications.find(({ id }) => id === 'nt2-oral')?.practice.at(-1) ?? '')?.kind,
    ).toBe('speaking');
  });
});

const spokenIn = (item: ItemVersion): MediaRef[] =>
  item.kind === 'speaking'
    ? item.turns.map(({ prompt }) => prompt.audio)
    : Object.values(item.languages).flatMap(({ stimulus, stem, options }) => [
        ...(stimulus === undefined ? [] : [stimulus.audio]),
        stem.audio,
        ...options.flatMap(({ audio, picture }) => [
          ...(audio === undefined ? [] : [audio]),
          ...(picture === undefined ? [] : [picture]),
        ]),
      ]);

/** Length of the ID3v2 tag at the head of a file: a size of four times seven bits, and ten bytes of header. */
const tagLength = (bytes: Buffer): number => 10 + [6, 7, 8, 9].reduce((size, at) => size * 128 + (bytes[at] ?? 0), 0);

describe('the review', () => {
  it.each(['nt2-listening', 'nt2-speaking', 'mo'])('finds neither a cue nor anything to send back in %s', (bank) => {
    const { figures, findings } = checkBank(itemsOf(bank), '2026-11-28');
    expect(figures.filter(({ isCue }) => isCue)).toEqual([]);
    // What nobody looked up says so: the rest of what is asked of a fact holds for these as well.
    expect(findings.filter(({ rule }) => rule !== 'not-consulted')).toEqual([]);
  });
  it('has a day of the last look for as many facts as were looked up, and no more to be verified than so', () => {
    const { findings } = checkBank(itemsOf('mo'), '2026-11-28');
    expect(findings.filter(({ rule }) => rule === 'not-consulted').length).toBeLessThanOrEqual(184);
  });
});

describe('media', () => {
  it('is all there: mono MP3 of 22.05 kHz and 24 kbit/s, as long as the bank says, marked as synthetic', async () => {
    const clips = new Map(
      demonstration.releases
        .flatMap(({ items }) => items)
        .flatMap(spokenIn)
        .map((media) => [media.id, media]),
    );
    expect(clips.size).toBeGreaterThan(1000);
    for (const { id, contentType, durationMs } of clips.values()) {
      const content = await demonstration.media.read(id);
      expect(content?.contentType, id).toBe(contentType);
      if (content === undefined || contentType !== 'audio/mpeg') continue;
      const bytes = Buffer.from(content.bytes);
      const tag = tagLength(bytes);
      expect(bytes.toString('latin1', 0, tag), id).toMatch(/^ID3.*Synthetic speech/s);
      // MPEG-2 layer III; bit rate index 3 = 24 kbit/s, sampling index 0 = 22.05 kHz; channel mode 3 = mono.
      expect(
        [bytes[tag] ?? 0, (bytes[tag + 1] ?? 0) & 0xfe, (bytes[tag + 2] ?? 0) >> 2, (bytes[tag + 3] ?? 0) >> 6],
        id,
      ).toEqual([0xff, 0xf2, 0b001100, 3]);
      expect(Math.abs((bytes.length - tag) / 3 - durationMs), id).toBeLessThan(250);
      expect(durationMs).toBeGreaterThan(400);
      expect(durationMs).toBeLessThan(90_000);
    }
  });
  it('weighs at most 60 MB together with the voices of the interface', () => {
    const bytesIn = (path: string): number =>
      existsSync(path)
        ? readdirSync(path, { recursive: true, encoding: 'utf8' }).reduce(
            (sum, name) => sum + (name.endsWith('.mp3') ? statSync(join(path, name)).size : 0),
            0,
          )
        : 0;
    expect(bytesIn(join(folder, 'audio')) + bytesIn(join(folder, '../delivery-ui/public/voices'))).toBeLessThanOrEqual(
      60_000_000,
    );
  });
});

describe('sources that are wrong', () => {
  const broken = async (file: string, change: (items: Record<string, unknown>[]) => void): Promise<unknown> => {
    const copy = await mkdtemp(join(tmpdir(), 'meetlat-demonstration-'));
    try {
      for (const name of ['bank', 'specifications', 'pictures', 'audio/manifest.json'])
        await cp(join(folder, name), join(copy, name), { recursive: true });
      const items = z
        .array(z.record(z.string(), z.unknown()))
        .parse(JSON.parse(readFileSync(join(copy, file), 'utf8')));
      change(items);
      await writeFile(join(copy, file), JSON.stringify(items));
      return await loadDemonstration(copy).then(
        () => 'loaded',
        (error: unknown) => error,
      );
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  };
  const first = (items: Record<string, unknown>[]): Record<string, unknown> => items[0] ?? {};

  it.each([
    [
      'bank/listening/a1.json',
      'key',
      (items: Record<string, unknown>[]) => {
        first(items)['key'] = 3;
      },
    ],
    [
      'bank/listening/a1.json',
      'enemies',
      (items: Record<string, unknown>[]) => {
        first(items)['enemies'] = ['L-X'];
      },
    ],
    [
      'bank/listening/a1.json',
      'id',
      (items: Record<string, unknown>[]) => {
        first(items)['id'] = items[1]?.['id'];
      },
    ],
    [
      'bank/listening/a1.json',
      'stimulus',
      (items: Record<string, unknown>[]) => {
        first(items)['id'] = 'L-NEW';
        for (const item of items) item['enemies'] = [];
      },
    ],
    [
      'bank/mo/practical-2.json',
      'slot',
      (items: Record<string, unknown>[]) => {
        first(items)['slot'] = 'B99';
      },
    ],
    [
      'bank/speaking.json',
      'turns',
      (items: Record<string, unknown>[]) => {
        first(items)['turns'] = [];
      },
    ],
  ])('%s: %s is named', async (file, field, change) => {
    expect(await broken(file, change)).toMatchObject({ code: 'demonstration-invalid', file, field });
  });
});
