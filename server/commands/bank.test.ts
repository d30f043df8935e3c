/** `meetlat bank check`, called as somebody calls it: on a file of a release, and on what ships. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { release } from '../../item-bank/releases/example.suite.ts';
import { meetlat } from './called.suite.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meetlat-bank-'));
});
afterEach(() => rm(folder, { recursive: true }));

const written = async (content: unknown): Promise<string> => {
  const file = join(folder, 'release.json');
  await writeFile(file, JSON.stringify(content));
  return file;
};

it('tells what it finds in a release, and ends with 1', async () => {
  const items = release.items.map((item) => ({ ...item, key: 2 }));
  const { code, lines } = await meetlat('bank', 'check', await written({ ...release, items }));
  expect(code).toBe(1);
  expect(lines).toContain('choosing the third answer');
  expect(lines).toContain('12 items');
});

it('ends with 0 where there is nothing, and shows every trick on request', async () => {
  const answers = [
    ['een stoel', 'een tafel', 'een lamp'],
    ['op maandag', 'op vrijdag', 'op zondag'],
  ];
  const [first, second] = release.items.filter((item) => item.kind === 'choice');
  const items = [first, second].flatMap((item, n) => {
    const nl = item?.languages.nl;
    if (item === undefined || nl === undefined) return [];
    const options = nl.options.map((option, m) => ({ ...option, text: answers[n]?.[m] ?? '' }));
    const stem = { ...nl.stem, text: n === 0 ? 'Wat koopt hij?' : 'Wanneer komt ze?' };
    const stimulus = { text: n === 0 ? 'Nieuw meubel' : 'Tot straks', audio: nl.stem.audio };
    return [{ ...item, attributes: { type: 'L3' }, languages: { nl: { stimulus, stem, options } } }];
  });
  const file = await written({ ...release, items, parameters: [] });
  expect(await meetlat('bank', 'check', file)).toMatchObject({ code: 0 });
  expect((await meetlat('bank', 'check', file, '--all')).lines).toContain('choosing the longest answer');
});

it('looks on the day that is given', async () => {
  const file = await written({
    ...release,
    items: release.items.slice(0, 1).map((item) => ({
      ...item,
      source: 'Grondwet, art. 10',
      consulted: '2026-11-01',
      reviewBy: '2027-11-01',
      languages: { nl: { ...(item.kind === 'choice' ? item.languages.nl : {}), stimulus: undefined } },
    })),
    parameters: [],
  });
  expect((await meetlat('bank', 'check', file, '--on', '2027-10-31')).lines).not.toContain('looked at again');
  expect((await meetlat('bank', 'check', file, '--on', '2027-11-01')).lines).toContain('looked at again');
});

it('refuses another act, and a file that is no release', async () => {
  await expect(meetlat('bank', 'praise')).rejects.toMatchObject({ key: 'bank.no-act' });
  await expect(meetlat('bank', 'check', await written({ items: 1 }))).rejects.toMatchObject({ code: 'refused-data' });
});

it('checks the demonstration where there is no other content', async () => {
  const { lines } = await meetlat('bank', 'check');
  expect(lines).toContain('nt2-listening');
  expect(lines).toContain('nt2-speaking');
});
