/**
 * Registrations over HTTP, against the running program: what an invigilator is told when something is not possible, and
 * that nothing is written then.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { dayOf } from '../../storage/document/day.ts';
import { toInstant } from '../../storage/document/instant.ts';
import type { ExpectedPage, Registered, Scheduled, ScheduleForm } from '../../server/api/invigilator/protocol.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff, person } from '../session-client.ts';

let server: ServerProcess;
let invigilator: Staff;
beforeAll(async () => {
  server = await ServerProcess.start();
  invigilator = await Staff.login(server.url, await server.account('invigilator'));
});
afterAll(() => server.dispose());

/** Days from today in Brussels. */
const inDays = (days: number): string => dayOf(toInstant(Date.now() + days * 86_400_000));
const form = (day: string, change: Partial<z.input<typeof ScheduleForm>> = {}) => ({ ...person(), day, ...change });
const schedule = async (day: string, change: Partial<z.input<typeof ScheduleForm>> = {}): Promise<string> =>
  (await invigilator.post<z.infer<typeof Scheduled>>('/invigilator/registrations', form(day, change))).registration;
const act = <T>(registration: string, name: string, body: object = {}) =>
  invigilator.post<T>(`/invigilator/registrations/${registration}/${name}`, body);
const admit = (registration: string) => act<z.infer<typeof Registered>>(registration, 'admit');
async function rowOf(registration: string, day: string) {
  const { registrations } = await invigilator.get<ExpectedPage>(`/invigilator/registrations?day=${day}`);
  return registrations.find((row) => row.registration === registration);
}
const problem = (status: number, code: string, reason?: string) => ({
  status,
  code,
  ...(reason === undefined ? {} : { body: expect.objectContaining({ reason }) }),
});

describe('a person who is registered twice for one test on one day', () => {
  it('is refused, also by the registration that admits at once, and stands in the list once', async () => {
    const amina = person();
    const day = inDays(3);
    const registration = await schedule(day, amina);
    await expect(schedule(day, amina)).rejects.toMatchObject(problem(409, 'wrong-state', 'day-taken'));
    await schedule(day, { ...amina, test: 'mo' });
    await schedule(inDays(4), amina);
    await invigilator.post('/invigilator/sessions', amina);
    await expect(invigilator.post('/invigilator/sessions', amina)).rejects.toMatchObject(
      problem(409, 'wrong-state', 'day-taken'),
    );
    await expect(act(registration, 'reschedule', { day: inDays(4) })).rejects.toMatchObject(
      problem(409, 'wrong-state', 'day-taken'),
    );
    expect(await rowOf(registration, day)).toMatchObject({ name: amina.name, test: 'nt2-oral', status: 'scheduled' });
  });
  it('may be again once the first is cancelled or moved, and not once a session of the day is closed', async () => {
    const amina = person();
    const today = inDays(0);
    await act(await schedule(today, amina), 'cancel', { reason: 'is ill' });
    await act(await schedule(today, amina), 'reschedule', { day: inDays(1) });
    const { session } = await admit(await schedule(today, amina));
    await invigilator.post(`/invigilator/sessions/${session}/end`, { reason: 'a test' });
    await expect(schedule(today, amina)).rejects.toMatchObject(problem(409, 'wrong-state', 'day-taken'));
  });
  it('by twenty requests at once is registered once', async () => {
    const amina = person();
    const day = inDays(5);
    const made = await Promise.allSettled(Array.from({ length: 20 }, () => schedule(day, amina)));
    const ids = new Set(made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    expect(ids.size).toBe(1);
    const { registrations } = await invigilator.get<ExpectedPage>(`/invigilator/registrations?day=${day}`);
    expect(registrations.map((row) => row.registration)).toEqual([...ids]);
  });
});

describe('the day of a registration', () => {
  it.each([
    ['yesterday', inDays(-1), 'day-past'],
    ['401 days ahead', inDays(401), 'day-too-far'],
  ])('is not %s', async (_, day, reason) => {
    const refused = { ...problem(400, 'invalid-request', reason), body: { reason, errors: [{ field: 'day' }] } };
    await expect(schedule(day)).rejects.toMatchObject(refused);
    const registration = await schedule(inDays(1));
    await expect(act(registration, 'reschedule', { day })).rejects.toMatchObject(refused);
  });
  it.each(['2027-02-30', 'tomorrow', '', '2027-1-1'])('is a day: not %j', async (day) => {
    await expect(schedule(day)).rejects.toMatchObject(problem(400, 'invalid-request'));
    await expect(invigilator.get(`/invigilator/registrations?day=${day}`)).rejects.toMatchObject(
      problem(400, 'invalid-request'),
    );
  });
  it('is needed to schedule, and may be left out to look at today', async () => {
    await expect(invigilator.post('/invigilator/registrations', person())).rejects.toMatchObject(
      problem(400, 'invalid-request'),
    );
    const { day, today } = await invigilator.get<ExpectedPage>('/invigilator/registrations');
    expect([day, today]).toEqual([inDays(0), inDays(0)]);
  });
  it('has no page after one that was never given', async () => {
    await expect(invigilator.get('/invigilator/registrations?after=none')).rejects.toMatchObject(
      problem(400, 'invalid-request'),
    );
  });
});

describe('admission at the door', () => {
  it('is for today, gives one session however often it is asked for, and its code lets the person sit', async () => {
    const registration = await schedule(inDays(1));
    await expect(admit(registration)).rejects.toMatchObject(problem(409, 'wrong-state', 'not-on-this-day'));
    await act(registration, 'reschedule', { day: inDays(0) });
    const first = await admit(registration);
    const again = await admit(registration);
    expect(again.session).toBe(first.session);
    expect(await rowOf(registration, inDays(0))).toMatchObject({ status: 'admitted', session: first.session });
    const candidate = await Candidate.arrive(server.url, again.code.code, again.session);
    await invigilator.post(`/invigilator/sessions/${again.session}/admit`);
    expect((await candidate.take()).screen.name).toBe('confirm-name');
    for (const [name, body] of [
      ['reschedule', { day: inDays(1) }],
      ['cancel', { reason: 'is ill' }],
      ['absent', { excused: true }],
    ] as const)
      await expect(act(registration, name, body)).rejects.toMatchObject(
        problem(409, 'wrong-state', 'registration-admitted'),
      );
  });
  it('is for whoever comes late, too', async () => {
    const early = await schedule(inDays(1));
    await expect(act(early, 'absent', { excused: false })).rejects.toMatchObject(
      problem(409, 'wrong-state', 'before-the-day'),
    );
    const late = await schedule(inDays(0));
    await act(late, 'absent', { excused: false });
    expect(await rowOf(late, inDays(0))).toMatchObject({ status: 'absent', excused: false });
    await admit(late);
    expect((await rowOf(late, inDays(0)))?.status).toBe('admitted');
  });
  it('is not for a registration that was cancelled, or that nobody knows', async () => {
    const registration = await schedule(inDays(0));
    await expect(act(registration, 'cancel')).rejects.toMatchObject(problem(400, 'invalid-request'));
    await act(registration, 'cancel', { reason: 'is ill' });
    await expect(admit(registration)).rejects.toMatchObject(problem(409, 'wrong-state', 'registration-cancelled'));
    await expect(admit(`${registration}9`)).rejects.toMatchObject(problem(404, 'not-found'));
    await expect(admit('x'.repeat(3000))).rejects.toMatchObject(problem(404, 'not-found'));
  });
});
