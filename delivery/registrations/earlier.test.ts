import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { civicTest } from '../sessions/example.suite.ts';
import { PlayedSession } from '../sessions/played-session.suite.ts';
import { sessionKind } from '../sessions/run.ts';
import { heldMs } from '../sessions/reopen.ts';
import { type AdmissionPorts, admit } from './admit.ts';
import { Door, amina, by, dayMs, tenant } from './door.suite.ts';
import { register } from './register.ts';
import type { RegistrationId } from './run.ts';

const letIn = { type: 'admit', by, seat: 'device', document: 'passport' } as const;
const end = { type: 'end', by, reason: 'a test' } as const;
/** In Brussels. */
const [beforeMidnight, afterMidnight] = [
  Date.parse('2026-11-23T22:30:00.000Z'),
  Date.parse('2026-11-23T23:05:00.000Z'),
];

let door: Door;
beforeEach(async () => {
  door = await Door.open();
});
afterEach(() => door.close());

const registered = (daysAhead: number, change: Partial<typeof amina> = {}): Promise<RegistrationId> => {
  const day = new Date(door.nowMs + daysAhead * dayMs).toISOString().slice(0, 10);
  return register(door.ports, { ...amina, day, ...change });
};
/** Today's session of the person, who was let in to it. */
async function under(way: RegistrationId) {
  const session = await admit(door.ports, way, by);
  await door.ports.sessions.handle(session, letIn);
  return session;
}
const open = (session: string, centre = 'gent') => ({
  code: 'earlier-open',
  earlier: { refusal: 'earlier-open', session, centre, day: '2026-11-23' },
});

describe('a second session of a person for a test', () => {
  it('is not made while another is under way, whatever day and centre, and nothing is written', async () => {
    const next = await registered(1, { centre: 'brugge' });
    const today = await registered(0);
    door.nowMs = beforeMidnight;
    const { id } = await under(today);
    door.nowMs = afterMidnight;
    await expect(admit(door.ports, next, by)).rejects.toMatchObject(open(id));
    await expect(admit(door.desk(), next, by)).rejects.toMatchObject(open(id));
    expect(await door.ports.registrations.load(next)).toMatchObject({ status: 'scheduled' });
    expect(await door.storage.journal.streams(tenant, sessionKind)).toEqual([id]);
  });
  it('is not made while the close of the other can be taken back, and is made once it cannot', async () => {
    const next = await registered(1);
    const session = await under(await registered(0));
    door.nowMs = afterMidnight;
    await door.ports.sessions.handle(session, end);
    await expect(admit(door.ports, next, by)).rejects.toMatchObject(open(session.id));
    door.nowMs += heldMs;
    await door.ports.sessions.handle(session, { type: 'settle-close' });
    expect(await admit(door.ports, next, by)).not.toEqual(session);
  });
  it('is not made before somebody said whether one that was broken off counts', async () => {
    const today = await registered(0);
    const candidate = (await door.ports.registrations.load(today))?.booking.person ?? '';
    const played = new PlayedSession(civicTest).begin({ candidate }).toFirstPart();
    played.run({ type: 'end', by: 'an@agii', reason: 'ill' });
    played.after(heldMs).run({ type: 'settle-close' });
    await door.add('broken off', played);
    const undecided = { code: 'earlier-undecided', earlier: { session: 'broken off', centre: 'gent' } };
    await expect(admit(door.ports, today, by)).rejects.toMatchObject(undecided);
    const says = { type: 'decide-attempt', counts: false, by: 'bo@agii', why: 'examinee.ill', reason: '' } as const;
    await door.ports.sessions.handle({ tenant, id: 'broken off' }, says);
    expect((await admit(door.ports, today, by)).tenant).toBe(tenant);
  });
  it('of another test, or of another person, is no second one', async () => {
    await under(await registered(0));
    await admit(door.ports, await registered(0, { test: 'nt2-oral' }), by);
    await admit(door.ports, await registered(0, { reference: 'KBI-2026-000001', name: 'Bram Voorbeeld' }), by);
  });
  it('takes the place of one that nobody was let in to: that one is closed at once and for good', async () => {
    const next = await registered(1);
    const first = await admit(door.ports, await registered(0), by);
    door.nowMs += dayMs;
    await admit(door.ports, next, 'bo');
    const { closed } = await door.loaded(first.id);
    expect(closed).toMatchObject({ reason: 'ended' });
    expect(closed).not.toHaveProperty('held');
    const commits = await door.storage.journal.read({ ...first, kind: sessionKind });
    expect(commits.at(-1)?.events).toMatchObject([{ type: 'closed', by: 'bo' }]);
    await expect(door.ports.sessions.handle(first, letIn)).rejects.toMatchObject({ code: 'session-closed' });
    const reopen = { type: 'reopen', by, reason: 'a mistake' } as const;
    await expect(door.ports.sessions.handle(first, reopen)).rejects.toMatchObject({ code: 'close-settled' });
  });
  it('ends one whose time was over long ago, while no program was running', async () => {
    const next = await registered(3);
    const first = await under(await registered(0));
    door.nowMs += 3 * dayMs;
    await expect(admit(door.ports, next, by)).rejects.toMatchObject(open(first.id));
    expect((await door.loaded(first.id)).closed).toMatchObject({ reason: 'ended', held: {} });
  });
});

it('of two that are made at one instant one wins, and the other is told of it', async () => {
  const [today, tomorrow] = [await registered(0), await registered(1)];
  const desk = door.desk();
  // The first commits just when the second has looked, and found nothing.
  let hasRaced = false;
  const raced: AdmissionPorts = {
    ...desk,
    sessionList: {
      insert: (...given) => desk.sessionList.insert(...given),
      find: async (...given) => {
        const found = await desk.sessionList.find(...given);
        if (!hasRaced) {
          hasRaced = true;
          door.nowMs = beforeMidnight;
          const command = { type: 'admit', by, session: 'in the making' } as const;
          await door.ports.registrations.handle(today, command);
          door.nowMs = afterMidnight;
        }
        return found;
      },
    },
  };
  door.nowMs = afterMidnight;
  await expect(admit(raced, tomorrow, by)).rejects.toMatchObject(open('in the making'));
  expect(await door.ports.registrations.load(tomorrow)).toMatchObject({ status: 'scheduled' });
});

it("an earlier session that was changed past the program stands in nobody's way", async () => {
  const today = await registered(0);
  const candidate = (await door.ports.registrations.load(today))?.booking.person ?? '';
  await door.add('broken', new PlayedSession(civicTest).begin({ candidate }).toFirstPart());
  await expect(admit(door.ports, today, by)).rejects.toMatchObject({ code: 'earlier-open' });
  const stream = { tenant, kind: sessionKind, id: 'broken' };
  const [last] = await door.storage.journal.read(stream);
  await door.storage.journal.append(stream, {
    expectedVersion: 1,
    previousHash: last?.hash ?? '',
    at: door.now(),
    events: [{ type: 'invented', schema: 1 }],
  });
  expect((await admit(door.ports, today, by)).tenant).toBe(tenant);
});
