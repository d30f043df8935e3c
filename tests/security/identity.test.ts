/** Who somebody is, against the running program: what was seen at the door, by whom; nothing of it in clear. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import type { PersonAtDoor, ProctoringLog, Registered, Room } from '../../server/api/invigilator/protocol.ts';
import { openStores } from '../../server/open-stores.ts';
import { readConfiguration } from '../../server/configuration.ts';
import { dayOf } from '../../storage/document/day.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff, person } from '../session-client.ts';

const shown = { name: 'Zeldzame Proefpersoon', birthDate: '1987-03-09', reference: 'T-IDENT-77' };
let server: ServerProcess;
let desk: Staff;
beforeAll(async () => {
  server = await ServerProcess.start();
  desk = await Staff.login(server.url, await server.account('invigilator'));
});
afterAll(() => server.dispose());

async function arrived(change: Parameters<typeof person>[0]): Promise<string> {
  const { session, code } = await desk.post<z.infer<typeof Registered>>(
    '/invigilator/sessions',
    person({ test: 'mo', ...change }),
  );
  await Candidate.arrive(server.url, code.code, session);
  return session;
}
const rowOf = async (session: string) =>
  (await desk.get<Room>('/invigilator/room')).sessions.find((row) => row.session === session);
const checks = async (session: string) =>
  (await desk.get<ProctoringLog>(`/invigilator/sessions/${session}/log`)).entries.filter(
    ({ type }) => type === 'identity-checked',
  );

it('the dialog has what is registered, and says who opened it; the stream has the kind of document alone', async () => {
  const session = await arrived(shown);
  expect(await desk.get<PersonAtDoor>(`/invigilator/sessions/${session}/person`)).toEqual(shown);
  await desk.post(`/invigilator/sessions/${session}/admit`, { document: 'residence-card' });
  expect(await checks(session)).toMatchObject([{ document: 'residence-card', source: 'invigilator' }]);
  expect(await rowOf(session)).toMatchObject({ status: 'active', identity: { document: 'residence-card' } });

  const { storage } = await openStores(readConfiguration({ MEETLAT_DATA: server.folder }, server.folder));
  const read = async (kind: string, id: string) =>
    JSON.stringify(await storage.journal.read({ tenant: 'demo', kind, id }));
  const stream = await read('session', session);
  const acts = await read('staff', dayOf(toInstant(Date.now())));
  await storage.close();
  expect(stream).toContain('residence-card');
  expect(acts).toContain('person-read');
  for (const text of Object.values(shown)) expect(stream + acts).not.toContain(text);
});

it('an act on many and an admission without a document let in, and leave the check to be made', async () => {
  const [one, two] = [await arrived({}), await arrived({})];
  await desk.post('/invigilator/room/act', { id: 'identity-act-000001', sessions: [one], act: { kind: 'admit' } });
  await desk.post(`/invigilator/sessions/${two}/admit`);
  for (const session of [one, two]) {
    expect(await rowOf(session)).toMatchObject({ status: 'active' });
    expect((await rowOf(session))?.identity).toBeUndefined();
    await desk.post(`/invigilator/sessions/${session}/identity`, { document: 'passport' });
    expect(await rowOf(session)).toMatchObject({ identity: { document: 'passport' } });
  }
  await expect(desk.post(`/invigilator/sessions/${one}/identity`, { document: 'a face' })).rejects.toMatchObject({
    status: 400,
  });
});
