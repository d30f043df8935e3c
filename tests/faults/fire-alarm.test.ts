/**
 * A fire alarm in a room of 200, through the API on real storage: one act each way, an answer for each candidate, and
 * nobody's clock has moved by it; asked twice it is done once. Sessions of another centre, and those that a pause of
 * their own stopped, stay as they were.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CloseOutMade,
  ProctoringLog,
  Room,
  RoomAct,
  RoomActDone,
  RoomSession,
} from '../../server/api/invigilator/protocol.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, ProblemReply, Staff, person } from '../session-client.ts';

const candidates = 200;
const together = 8;
const alarm = 'environment.fire-alarm';

let server: ServerProcess;
let desk: Staff;
const seated: Candidate[] = [];
beforeAll(async () => {
  server = await ServerProcess.start();
  desk = await Staff.login(server.url, await server.account('invigilator'));
  let begun = 0;
  const seat = async (): Promise<void> => {
    while (begun < candidates) {
      begun += 1;
      const candidate = await Candidate.admitted(desk, { test: 'mo' });
      seated.push(candidate);
      await candidate.toFirstPart();
    }
  };
  await Promise.all(Array.from({ length: together }, seat));
}, 300_000);
afterAll(() => server.dispose());

const act = (asked: Pick<RoomAct, 'id' | 'sessions'> & { readonly act: object }): Promise<RoomActDone> =>
  desk.post('/invigilator/room/act', asked);
async function rows(): Promise<Map<string, RoomSession>> {
  const { sessions } = await desk.get<Room>('/invigilator/room');
  return new Map(sessions.map((session) => [session.session, session]));
}
const log = async ({ session }: Candidate): Promise<ProctoringLog['entries']> =>
  (await desk.get<ProctoringLog>(`/invigilator/sessions/${session}/log`)).entries;
const lines = async (candidate: Candidate, type: string) =>
  (await log(candidate)).filter((entry) => entry.type === type);
const outcomesOf = ({ outcomes }: RoomActDone, outcome: string): number =>
  outcomes.filter((one) => one.outcome === outcome).length;

describe(`a fire alarm in a room of ${candidates}`, () => {
  it('stops every clock, gives each its own time back, once however often it is asked', async () => {
    const [ill, ...others] = seated;
    if (ill === undefined) throw new Error('nobody is seated');
    await desk.post(`/invigilator/sessions/${ill.session}/pause`, { why: 'examinee.ill' });
    const stop = { id: 'alarm-stop-000001', sessions: 'room', act: { kind: 'pause', why: alarm } } as const;
    let began = performance.now();
    const stopped = await act(stop);
    console.log(`fire alarm, ${candidates} sessions: ${Math.round(performance.now() - began)} ms`);
    expect([outcomesOf(stopped, 'done'), outcomesOf(stopped, 'refused')]).toEqual([others.length, 1]);
    expect(stopped.outcomes).toContainEqual({ session: ill.session, outcome: 'refused', refusal: 'already-paused' });
    const during = await rows();
    for (const { session } of others) expect(during.get(session)).toMatchObject({ status: 'paused', pausedFor: alarm });

    // Again, as after an answer that never arrived.
    expect(outcomesOf(await act(stop), 'done')).toBe(others.length);
    const first = others[0] ?? ill;
    expect(await lines(first, 'paused')).toHaveLength(1);

    began = performance.now();
    const go = { id: 'alarm-over-000001', sessions: 'room', act: { kind: 'resume', pausedFor: alarm } } as const;
    expect(outcomesOf(await act(go), 'done')).toBe(others.length);
    console.log(`all resumed, ${candidates} sessions: ${Math.round(performance.now() - began)} ms`);
    expect(outcomesOf(await act(go), 'done')).toBe(others.length);
    const after = await rows();
    for (const candidate of others) {
      const { session } = candidate;
      const [paused] = await lines(candidate, 'paused');
      const [resumed, ...more] = await lines(candidate, 'resumed');
      expect(more).toEqual([]);
      // What was left when the clock stopped is left when it goes on, to the millisecond.
      const leftMs = Date.parse(after.get(session)?.deadlineAt ?? '') - Date.parse(resumed?.at ?? '');
      expect([session, leftMs]).toEqual([session, during.get(session)?.remainingMs]);
      expect(paused).toMatchObject({ why: alarm });
    }
    // Whoever was stopped for another reason goes on by an act of its own.
    expect(after.get(ill.session)).toMatchObject({ status: 'paused', pausedFor: 'examinee.ill' });
  }, 120_000);

  it('an act on a selection tells for each whether it was done, and gives time once', async () => {
    const [ill, one, two] = seated;
    const sessions = [ill, one, two].map((candidate) => candidate?.session ?? '');
    const before = await rows();
    const more = {
      id: 'extra-time-000001',
      sessions: [...sessions, 'nobody'],
      act: { kind: 'extra-time', ms: 60_000, reason: 'lawaai op de gang' },
    };
    const { outcomes } = await act(more);
    expect(outcomes).toEqual(sessions.map((session) => ({ session, outcome: 'done' })));
    await act(more);
    const after = await rows();
    for (const session of sessions)
      expect(Date.parse(after.get(session)?.deadlineAt ?? '') - Date.parse(before.get(session)?.deadlineAt ?? '')).toBe(
        60_000,
      );
    const admit = { id: 'admit-00000000001', sessions: [sessions[1] ?? ''], act: { kind: 'admit' } };
    expect((await act(admit)).outcomes).toEqual([{ session: sessions[1], outcome: 'refused', refusal: 'not-waiting' }]);
  });

  it('whoever takes over the room is named at each that is open, once', async () => {
    const over = {
      id: 'take-over-00000001',
      sessions: 'room',
      act: { kind: 'take-over', reason: 'plaats 3' },
    } as const;
    expect(outcomesOf(await act(over), 'done')).toBe(candidates);
    await act(over);
    const [first] = seated;
    if (first === undefined) throw new Error('nobody is seated');
    const [taken, ...more] = await lines(first, 'taken-over');
    expect(more).toEqual([]);
    expect(taken).toMatchObject({ by: expect.stringContaining('@'), text: 'plaats 3' });
    const named = new Set([...(await rows()).values()].map(({ invigilator }) => invigilator));
    expect([...named]).toEqual([taken?.by]);
  });

  it('what was typed, and what was chosen, stands in the log', async () => {
    const last = seated.at(-1);
    if (last === undefined) throw new Error('nobody is seated');
    await expect(desk.post(`/invigilator/sessions/${last.session}/end`, { reason: ' ' })).rejects.toThrow(ProblemReply);
    await desk.post(`/invigilator/sessions/${last.session}/end`, { why: 'examinee.ill', reason: 'koorts' });
    expect(await lines(last, 'closed')).toMatchObject([{ how: 'ended', why: 'examinee.ill', text: 'koorts' }]);
  });

  it('the report of the day tells it, without a name in what is signed, and verifies', async () => {
    const { report, names, signed } = await desk.get<CloseOutMade>('/invigilator/close-out');
    expect([report.sessions.length, report.attendance.admitted]).toEqual([candidates, candidates]);
    expect(report.sessions.filter(({ acts }) => acts.some(({ why }) => why === alarm))).toHaveLength(candidates - 1);
    expect(Object.keys(names)).toHaveLength(candidates);
    expect(JSON.stringify(report)).not.toContain(person().name);
    const file = join(server.folder, 'report.jws');
    writeFileSync(file, signed);
    const verify = (): string =>
      execFileSync(process.execPath, [join(import.meta.dirname, '../../bin/meetlat.mjs'), 'verify-close-out', file], {
        env: { PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1', MEETLAT_DATA: server.folder },
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(verify()).toContain('VERIFIED');
    writeFileSync(file, signed.slice(0, -4));
    expect(verify).toThrow(/Command failed/);
  }, 60_000);
});
