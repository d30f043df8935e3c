/** How the seats of a room stand, against the running program: one plan for each centre, seen by its own staff. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addInvigilator } from '../colleague.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff } from '../session-client.ts';

const path = '/invigilator/room/plan';
const plan = {
  columns: 3,
  places: [
    { seat: 'blauwe vos 7', place: 4 },
    { seat: 'rode uil 3', place: 0 },
  ],
};
let server: ServerProcess;
let desk: Staff;
beforeAll(async () => {
  server = await ServerProcess.start();
  desk = await Staff.login(server.url, await server.account('invigilator'));
});
afterAll(() => server.dispose());

it('is the same for everybody of the centre, and for nobody of another', async () => {
  expect(await desk.get(path)).toEqual({ columns: 6, places: [] });
  await desk.put(path, { columns: 9, places: [] });
  await desk.put(path, plan);
  const colleague = await Staff.login(server.url, await addInvigilator(server, 'second@demo', 'gent'));
  const stranger = await Staff.login(server.url, await addInvigilator(server, 'elsewhere@demo', 'brugge'));
  expect(await colleague.get(path)).toEqual(plan);
  expect(await stranger.get(path)).toEqual({ columns: 6, places: [] });
  await stranger.put(path, { columns: 2, places: [] });
  expect(await desk.get(path)).toEqual(plan);
});

it.each([
  ['two seats at one place', { columns: 3, places: plan.places.map((one) => ({ ...one, place: 1 })) }],
  ['a seat at two places', { columns: 3, places: plan.places.map((one) => ({ ...one, seat: 'vos' })) }],
  ['no column', { columns: 0, places: [] }],
  ['more than a room', { columns: 3, places: Array.from({ length: 501 }, (_, n) => ({ seat: `${n}`, place: n })) }],
])('%s is no plan', async (_what, wrong) => {
  await expect(desk.put(path, wrong)).rejects.toMatchObject({ status: 400, code: 'invalid-request' });
});

it('two who lay it out at once leave one of both', async () => {
  const all = await Promise.all([1, 2, 3, 4].map((columns) => desk.put(path, { columns, places: [] })));
  expect(all).toHaveLength(4);
  expect(await desk.get(path)).toMatchObject({ places: [] });
});
