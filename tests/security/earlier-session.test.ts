/** A person whose test of yesterday is still open, at the door of today; against the running program. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Registered, Room, Scheduled } from '../../server/api/invigilator/protocol.ts';
import { type LateEvening, lateEvening } from '../midnight.ts';
import { Candidate, Staff, person } from '../session-client.ts';

let evening: LateEvening;
beforeAll(async () => {
  evening = await lateEvening();
});
afterAll(() => evening.server.dispose());

const desk = async () => Staff.login(evening.server.url, await evening.server.account('invigilator'));

it('is refused a second session by registration and at the door, and told which is open', async () => {
  const [amina, bram] = [person(), person({ name: 'Bram Voorbeeld' })];
  let invigilator = await desk();
  const day = evening.today;
  const { registration } = await invigilator.post<z.infer<typeof Scheduled>>('/invigilator/registrations', {
    ...amina,
    day,
  });
  const [first, second] = [await Candidate.admitted(invigilator, amina), await Candidate.admitted(invigilator, bram)];
  await evening.turnMidnight();
  invigilator = await desk();
  const open = (session: string) => ({
    status: 409,
    code: 'wrong-state',
    body: { reason: 'earlier-open', session, day: evening.yesterday, centreName: 'Gent (demonstratie)' },
  });
  const admit = `/invigilator/registrations/${registration}/admit`;
  await expect(invigilator.post(admit)).rejects.toMatchObject(open(first.session));
  await expect(invigilator.post('/invigilator/sessions', bram)).rejects.toMatchObject(open(second.session));
  const { sessions } = await invigilator.get<Room>('/invigilator/room');
  expect(sessions.map(({ session }) => session).sort()).toEqual([first.session, second.session].sort());
  // Of another test it is no second one.
  const { session } = await invigilator.post<z.infer<typeof Registered>>('/invigilator/sessions', {
    ...amina,
    test: 'mo',
  });
  expect(session).not.toBe(first.session);
});
