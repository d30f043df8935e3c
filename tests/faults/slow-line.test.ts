/**
 * On 1 Mbit/s with 40 ms to the server and back, an invigilator sees the first row of a room of 200 within 2 s: what
 * the line carries until then fits into that, counted in bytes.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { roomBytes } from '../room-bytes.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff, person } from '../session-client.ts';

const bytesPerSecond = 1_000_000 / 8;
/** Of the connection, the document, its files, its words, who is logged in, and the room. */
const roundTripsMs = 6 * 40;
/** What a slow machine of a centre takes to run the script, ms. */
const workMs = 500;
const mostBytes = (bytesPerSecond * (2_000 - roundTripsMs - workMs)) / 1_000;

let server: ServerProcess;
let desk: Staff;
beforeAll(async () => {
  server = await ServerProcess.start();
  desk = await Staff.login(server.url, await server.account('invigilator'));
  for (let n = 0; n < 200; n += 8)
    await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map((m) =>
        desk.post('/invigilator/sessions', person({ test: 'mo', name: `Proefpersoon ${n + m}` })),
      ),
    );
}, 240_000);
afterAll(() => server.dispose());

it('page and first message of a room of 200 fit into two seconds of a slow line', async () => {
  const { page, room } = await roomBytes(server.url, desk.cookie);
  expect(page).toBeGreaterThan(20_000);
  expect(room).toBeGreaterThan(1_000);
  expect(page + room).toBeLessThan(mostBytes);
}, 60_000);
