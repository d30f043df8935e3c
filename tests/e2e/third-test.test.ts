/**
 * A test of an agency's own, added by data alone: reading A2, two to four options an item, its own parts and regime.
 * It is registered, sat and decided over HTTP; no line of the program knows it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OfferedTests, Room } from '../../server/api/invigilator/protocol.ts';
import type { ResultView } from '../../server/api/public/protocol.ts';
import { Release } from '../../item-bank/releases/release.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';
import type { z } from 'zod';

const folder = join(import.meta.dirname, '../fixtures/reading-a2');
const { items } = Release.parse(JSON.parse(readFileSync(join(folder, 'releases/reading-a2-1.json'), 'utf8')));
/** What is asked and answered, as a candidate reads it. */
const rightAnswers = new Map(
  items.flatMap((item) => {
    const text = item.kind === 'choice' ? item.languages.nl : undefined;
    return item.kind === 'choice' && text !== undefined ? [[text.stem.text, text.options[item.key]?.text]] : [];
  }),
);

describe('a third test, by data alone', () => {
  let server: ServerProcess;
  let invigilator: Staff;
  beforeAll(async () => {
    server = await ServerProcess.start({ MEETLAT_CONTENT: folder });
    invigilator = await Staff.login(server.url, await server.account('invigilator'));
  });
  afterAll(() => server?.dispose());

  it('is offered beside the others, in its own languages', async () => {
    const { tests } = await invigilator.get<OfferedTests>('/invigilator/tests');
    expect(tests.map(({ test, languages }) => [test, languages])).toEqual([
      ['mo', ['nl', 'en', 'ar']],
      ['nt2-oral', ['nl']],
      ['reading-a2', ['nl']],
    ]);
  });

  /** Answers so many of the seven questions rightly, and hands in. */
  async function sat(right: number): Promise<ResultView> {
    const candidate = await Candidate.admitted(invigilator, { test: 'reading-a2' });
    const before = await candidate.ask({ kind: 'confirm-name' });
    expect(before.view.test).toBe('reading-a2');
    let { view } = await candidate.ask({ kind: 'sound-checked', peak: 0.5 });
    if (view.screen.name !== 'practice-choice') throw new Error(view.screen.name);
    ({ view } = await candidate.ask({ kind: 'practice-done', handle: view.screen.item.handle }));
    expect(view.screen).toMatchObject({
      name: 'part-intro',
      part: 'reading',
      kind: 'linear',
      partTitle: { nl: 'Lezen' },
    });
    ({ view } = await candidate.ask({ kind: 'start-part' }));
    const [numbers, parts]: [number[], string[]] = [[], []];
    while (view.screen.name === 'linear-item') {
      const { item, number, total } = view.screen;
      const isRight = number <= right;
      const answer = rightAnswers.get(item.stem.text);
      const option = item.options.find(({ text }) => (text === answer) === isRight);
      numbers.push(item.options.length);
      parts.push(item.stem.text);
      ({ view } = await candidate.ask(
        { kind: 'answer', handle: item.handle, option: option?.handle ?? '' },
        { kind: 'go', position: number === total ? 0 : number + 1 },
      ));
    }
    expect([...numbers].sort()).toEqual([2, 2, 3, 3, 4, 4, 4]);
    // Signs come first, as the blueprint names them first.
    expect(parts.slice(0, 3).sort()).toEqual(
      [...rightAnswers.keys()].filter((text) => /roken|9 tot 17|Lift/.test(text)).sort(),
    );
    ({ view } = await candidate.ask({ kind: 'submit' }));
    if (view.screen.name !== 'receipt') throw new Error(view.screen.name);
    expect(view.screen.reference).toMatch(/^READING-/);
    return resultOf(view.screen.resultPath.split('#')[1] ?? '');
  }

  async function resultOf(key: string): Promise<ResultView> {
    for (let waited = 0; waited < 100; waited += 1) {
      const response = await fetch(`${server.url}/api/v1/public/result`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key }),
      });
      const view: ResultView = await response.json();
      // The certificate follows the release a moment later.
      if (view.state === 'released' && (view.outcome !== 'pass' || view.credential !== undefined)) return view;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error('no result');
  }

  it('is passed by its own rule, part by part, with a certificate in its own name', async () => {
    const result = await sat(7);
    expect(result).toMatchObject({
      test: 'reading-a2',
      title: { nl: 'Lezen A2' },
      outcome: 'pass',
      score: 6,
      max: 6,
      regime: { id: 'reading-2026' },
    });
    expect(result.parts).toEqual([
      { part: 'signs', score: 3, max: 3 },
      { part: 'texts', score: 3, max: 3 },
    ]);
    const check = await fetch(`${server.url}/api/v1/public/check`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ credential: result.credential }),
    });
    expect(await check.json()).toMatchObject({ valid: true, achievement: 'Lezen A2' });
  });
  it('is failed by its own rule: all signs right are three of six', async () => {
    const result = await sat(3);
    expect(result).toMatchObject({ outcome: 'fail', score: 3, max: 6 });
    expect(result.conditions?.map(({ id, met }) => [id, met])).toEqual([
      ['total', false],
      ['texts', false],
    ]);
    expect(result.credential).toBeUndefined();
  });
  it('is shown to the invigilator under its own title', async () => {
    const { sessions } = await invigilator.get<z.infer<typeof Room>>('/invigilator/room');
    expect(sessions.map(({ title, status }) => [title['nl'], status])).toEqual([
      ['Lezen A2', 'closed'],
      ['Lezen A2', 'closed'],
    ]);
  });
  it('is refused in a language that it is not offered in, and so is a test that nobody published', async () => {
    const refused = { test: 'reading-a2', language: 'en' } as const;
    await expect(Candidate.admitted(invigilator, refused)).rejects.toMatchObject({ status: 400 });
    await expect(Candidate.admitted(invigilator, { test: 'writing-a2' })).rejects.toMatchObject({ status: 409 });
  });
});
