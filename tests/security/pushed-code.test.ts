/** A code that was pushed to a seat, brought by whoever read it there: it is good at that seat only, while it waits. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Seat } from '../../server/api/candidate/protocol.ts';
import type { Registered, Room } from '../../server/api/invigilator/protocol.ts';
import { Followed } from '../followed.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff, person } from '../session-client.ts';

let server: ServerProcess;
let invigilator: Staff;
beforeAll(async () => {
  server = await ServerProcess.start();
  invigilator = await Staff.login(server.url, await server.account('invigilator'));
}, 60_000);
afterAll(() => server.dispose());

interface Waiting {
  readonly seat: string;
  readonly stream: Followed;
}
async function wait(): Promise<Waiting> {
  const made = await fetch(`${server.url}/api/v1/candidate/seats`, { method: 'POST' });
  const { seat, seatToken }: z.infer<typeof Seat> = await made.json();
  const stream = await Followed.open(`${server.url}/api/v1/candidate/seats/events`, {
    authorization: `Bearer ${seatToken}`,
  });
  await expect.poll(seats, { timeout: 10_000 }).toContain(seat);
  return { seat, stream };
}
const seats = async (): Promise<string[]> =>
  (await invigilator.get<z.infer<typeof Room>>('/invigilator/room')).seats.map(({ seat }) => seat);

/** Pushes the session to the seat. @returns the code that its page is sent */
async function pushed(session: string, { seat, stream }: Waiting): Promise<string> {
  await invigilator.post(`/invigilator/sessions/${session}/push`, { seat });
  const { data } = await stream.first(({ name }) => name === 'admission');
  return z.object({ code: z.string() }).parse(data).code;
}
const register = () => invigilator.post<z.infer<typeof Registered>>('/invigilator/sessions', person());
const unknown = { status: 404, code: 'code-unknown' };

it('is taken from no other device, nor from one that has left; the seat itself is let in', async () => {
  const { session } = await register();
  const [here, there] = [await wait(), await wait()];
  const first = await pushed(session, here);
  await expect(Candidate.arrive(server.url, first, session)).rejects.toMatchObject(unknown);
  await expect(Candidate.arrive(server.url, first, session, there.seat)).rejects.toMatchObject(unknown);
  here.stream.stop();
  await expect.poll(seats, { timeout: 10_000 }).not.toContain(here.seat);
  await expect(Candidate.arrive(server.url, first, session, here.seat)).rejects.toMatchObject(unknown);
  const second = await pushed(session, there);
  await Candidate.arrive(server.url, second, session, there.seat);
  there.stream.stop();
}, 60_000);

it('is worthless once the session was pushed elsewhere', async () => {
  const { session } = await register();
  const [here, there] = [await wait(), await wait()];
  const first = await pushed(session, here);
  const second = await pushed(session, there);
  await expect(Candidate.arrive(server.url, first, session, here.seat)).rejects.toMatchObject(unknown);
  await Candidate.arrive(server.url, second, session, there.seat);
  here.stream.stop();
  there.stream.stop();
}, 60_000);
