/**
 * A script that sits a test by itself is seen by the server alone: whatever it leaves out or makes up, the room shows
 * it. No word of the page is needed for that, and nothing is refused for it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { CandidateView } from '../../server/api/candidate/protocol.ts';
import type { ProctoringLog, Room, RoomSession } from '../../server/api/invigilator/protocol.ts';
import { Followed } from '../followed.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

let server: ServerProcess;
let invigilator: Staff;
beforeAll(async () => {
  server = await ServerProcess.start();
  invigilator = await Staff.login(server.url, await server.account('invigilator'));
}, 60_000);
afterAll(() => server.dispose());

const inRoom = async (session: string): Promise<RoomSession | undefined> =>
  (await invigilator.get<z.infer<typeof Room>>('/invigilator/room')).sessions.find((one) => one.session === session);

/** What the log says that the server saw for itself, with its weight. */
async function inferred(session: string): Promise<string[]> {
  const { entries } = await invigilator.get<z.infer<typeof ProctoringLog>>(`/invigilator/sessions/${session}/log`);
  return entries.filter(({ source }) => source === 'inferred').map(({ type, severity }) => `${type} ${severity}`);
}

describe('a script that sits a whole test without a page', () => {
  it('oral: no heartbeat, answers before the clips end, recordings longer than the time for them', async () => {
    const script = await Candidate.admitted(invigilator);
    let view = await script.listen(await script.toFirstPart());
    if (view.screen.name === 'part-intro') ({ view } = await script.ask({ kind: 'start-part' }));
    view = await script.speak(view, 20_000);
    expect(view.screen.name).toBe('receipt');
    const seen = new Set(await inferred(script.session));
    for (const line of ['no-heartbeat critical', 'answered-before-end warning', 'recording-longer warning'])
      expect(seen).toContain(line);
    const { incidents } = (await inRoom(script.session)) ?? {};
    expect(incidents?.critical).toBe(1);
    expect(incidents?.warning).toBeGreaterThan(10);
  }, 120_000);

  it('of questions that are read: no heartbeat, and faster than anybody reads, though it beats', async () => {
    const script = await Candidate.admitted(invigilator, { test: 'mo', language: 'ar' });
    await script.beat();
    const view = await script.toFirstPart();
    await script.beat();
    await answerForm(script, view);
    expect(await inferred(script.session)).toEqual(['part-hurried critical']);
    expect((await inRoom(script.session))?.incidents.critical).toBe(1);
  }, 60_000);
});

/** Answers every question of the form by its first option, then submits. */
async function answerForm(candidate: Candidate, first: CandidateView): Promise<void> {
  let view = first;
  while (view.screen.name === 'linear-item') {
    const { item, number, total } = view.screen;
    ({ view } = await candidate.ask(
      { kind: 'answer', handle: item.handle, option: item.options[0]?.handle ?? '' },
      { kind: 'go', position: number < total ? number + 1 : 0 },
    ));
  }
  await candidate.ask({ kind: 'submit' });
}

it('a clip that leaves the server more often than it was played is seen by its bytes, not by its ranges', async () => {
  const candidate = await Candidate.admitted(invigilator);
  const { screen } = await candidate.toFirstPart();
  if (screen.name !== 'listening-item') throw new Error('no question');
  await candidate.ask({ kind: 'play', handle: screen.item.handle });
  const fetchClip = async (range?: string): Promise<void> => {
    const init = range === undefined ? {} : { headers: { range } };
    await (await candidate.request(`/media/${screen.item.stimulus ?? ''}`, init)).arrayBuffer();
  };
  for (let times = 0; times < 20; times += 1) await fetchClip('bytes=0-99');
  await fetchClip();
  const seen = async () => (await inferred(candidate.session)).filter((line) => line.startsWith('media'));
  expect(await seen()).toEqual([]);
  await fetchClip();
  await fetchClip();
  await expect.poll(seen, { timeout: 10_000 }).toEqual(['media-beyond-plays warning']);
  await fetchClip();
  expect(await seen()).toHaveLength(1);
}, 60_000);

it('a page that goes on after another took over is refused, and seen once what was under way is in', async () => {
  const first = await Candidate.admitted(invigilator);
  const second = first.at(server.url);
  await second.take();
  const late = () => first.ask({ kind: 'raise-hand' });
  await expect(late()).rejects.toMatchObject({ code: 'fenced' });
  expect(await inferred(first.session)).toEqual(['page-again info']);
  await expect
    .poll(
      async () => {
        await expect(late()).rejects.toMatchObject({ code: 'fenced' });
        return inferred(first.session);
      },
      { timeout: 20_000, interval: 500 },
    )
    .toContain('second-page warning');
  expect((await inRoom(first.session))?.incidents).toMatchObject({ warning: 1 });
}, 60_000);

it('a token has three event streams; the fourth ends the first', async () => {
  const candidate = await Candidate.admitted(invigilator);
  const open = () =>
    Followed.open(`${server.url}/api/v1/candidate/session/events`, { authorization: `Bearer ${candidate.token}` });
  const [first, second] = [await open(), await open()];
  const others = [await open(), await open()];
  await first.ended;
  await candidate.ask({ kind: 'raise-hand' });
  await second.first(({ name }) => name === 'changed');
  for (const stream of [second, ...others]) stream.stop();
}, 60_000);

it('a flood of signals leaves one line, and none is taken once the session is over', async () => {
  const candidate = await Candidate.admitted(invigilator);
  const signal = { kind: 'signal', signal: { type: 'page-hidden', monotonicMs: 1, wallMs: 1 } } as const;
  const batch = Array.from({ length: 50 }, () => signal);
  for (let times = 0; times < 3; times += 1) await candidate.ask(...batch);
  expect(await inferred(candidate.session)).toContain('signals-dropped warning');
  const { view } = await candidate.ask({ kind: 'raise-hand' });
  expect(view.handRaised).toBe(true);
  await invigilator.post(`/invigilator/sessions/${candidate.session}/end`, { reason: 'proef' });
  const { outcomes } = await candidate.ask(signal);
  expect(outcomes).toMatchObject([{ status: 'refused', code: 'part-over' }]);
}, 60_000);
