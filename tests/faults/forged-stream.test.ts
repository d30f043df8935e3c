/**
 * Streams that somebody changed past the program while it was off: the server starts, names each to its operator, lets
 * nothing follow from them and shows no page of them; everybody else goes on.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CalibrationView } from '../../server/api/designer/protocol.ts';
import type { CloseOutMade, Room } from '../../server/api/invigilator/protocol.ts';
import { toInstant } from '../../storage/document/instant.ts';
import type { StreamId } from '../../storage/port.ts';
import { type OldDataOpened, openOldLmdb, openOldMongo } from '../fixtures/open-old-data.ts';
import { hasMongo } from '../mongo.ts';
import { Candidate, Staff } from '../session-client.ts';

const tenant = 'demo';

describe.each([
  ['LMDB', true, openOldLmdb],
  ['MongoDB', hasMongo(true), openOldMongo],
] as const)('a forged commit in a session, on %s', (_, isThere, open) => {
  if (!isThere) {
    it.skip('needs a mongod');
    return;
  }
  let opened: OldDataOpened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.end());

  const sessionOf = (name: 'mo-open' | 'mo-closed-just-now' | 'nt2-open'): StreamId => ({
    tenant,
    kind: 'session',
    id: opened.data.sessions[name].session,
  });
  /** As somebody who lacks the secret can: hashes fit, the seal does not. The candidate was let in once more. */
  async function forge(...streams: readonly StreamId[]): Promise<void> {
    const storage = await opened.storage();
    try {
      for (const stream of streams) {
        const last = (await storage.journal.read(stream)).at(-1);
        if (last === undefined) throw new Error('no session');
        await storage.journal.append(stream, {
          expectedVersion: last.version,
          previousHash: last.hash,
          at: toInstant(Date.parse(last.at) + 1),
          events: [{ type: 'admitted', schema: 1, at: last.at, by: 'nobody' }],
          pending: [{ kind: 'session-closed', data: {} }],
        });
      }
    } finally {
      await storage.close();
    }
  }

  it('refuses that session alone: the start and all others go on', async () => {
    await opened.server.stop();
    const [ended, open] = [sessionOf('mo-closed-just-now'), sessionOf('nt2-open')];
    await forge(ended, open);
    await opened.server.launch();

    // Both are named, once each although they are looked at every second.
    const named = ({ id }: StreamId) =>
      opened.server.output.split('\n').filter((line) => line.includes('it is refused') && line.includes(id));
    for (const stream of [ended, open]) {
      await expect.poll(() => named(stream).length, { timeout: 20_000 }).toBe(1);
      expect(named(stream)[0]).toContain(`session ${tenant}/${stream.id}`);
    }

    const invigilator = await Staff.login(opened.server.url, await opened.server.account('invigilator'));
    const other = await Candidate.admitted(invigilator, { test: 'mo', language: 'nl' });
    expect((await other.toFirstPart()).screen.name).not.toBe('part-intro');
    // Who was under way before is in the room, and goes on by a new code.
    const rows = (await invigilator.get<Room>('/invigilator/room')).sessions.map(({ session }) => session);
    expect(rows).toContain(sessionOf('mo-open').id);
    expect(rows).not.toContain(open.id);
    const back = sessionOf('mo-open').id;
    const { code } = await invigilator.post<{ code: string }>(`/invigilator/sessions/${back}/code`);
    const candidate = await Candidate.arrive(opened.server.url, code, back);
    await invigilator.post(`/invigilator/sessions/${back}/admit`);
    expect((await candidate.take()).screen.name).toBe('linear-item');

    // The day is closed out: the one of that day that is forged is named, and the others stand in the report.
    const { report } = await invigilator.get<CloseOutMade>('/invigilator/close-out');
    expect(report.refused).toEqual(expect.arrayContaining([{ kind: 'session', id: open.id }]));
    expect(report.sessions.map(({ session }) => session)).toContain(back);

    // Responses are collected from all others: there are too few for a calibration.
    const designer = await Staff.login(opened.server.url, await opened.server.account('designer'));
    const begin = '/designer/banks/nt2-listening/calibrations?source=sessions&model=rasch&anchors=none';
    const calibration = await designer.post<CalibrationView>(begin);
    const looked = () => designer.get<CalibrationView>(`/designer/calibrations/${calibration.id}`);
    await expect.poll(async () => (await looked()).state, { timeout: 20_000 }).not.toBe('running');
    expect((await looked()).failure?.code).toBe('too-few-persons');

    // No page of the forged ones, and nothing follows.
    await expect(invigilator.get(`/invigilator/sessions/${open.id}/log`)).rejects.toMatchObject({ status: 500 });
    const again = invigilator.post(`/invigilator/sessions/${open.id}/code`);
    await expect(again).rejects.toMatchObject({ status: 500 });
    expect(named(ended)).toHaveLength(1);
  }, 120_000);
});
