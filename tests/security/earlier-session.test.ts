/** A person whose test of yesterday is open, or was broken off, at the door of today; against the running program. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type {
  CloseOutMade,
  ProctoringLog,
  Registered,
  Room,
  Scheduled,
} from '../../server/api/invigilator/protocol.ts';
import { addInvigilator } from '../colleague.ts';
import { type LateEvening, lateEvening } from '../midnight.ts';
import { Candidate, Staff, person } from '../session-client.ts';

const names = ['Amina', 'Bram', 'Chaima'] as const;
const [amina, bram, chaima] = names.map((name) => person({ name: `${name} Voorbeeld` }));
let evening: LateEvening;
let [desk, colleague, elsewhere]: Staff[] = [];
let open: Candidate;
let alsoOpen: Candidate;
let brokenOff: Candidate;
const registrations = new Map<unknown, string>();

const at = (who: Staff | undefined): Staff => {
  if (who === undefined) throw new Error('nobody is logged in');
  return who;
};
const post = <T>(who: Staff | undefined, path: string, body: object = {}): Promise<T> =>
  at(who).post(`/invigilator/${path}`, body);
const schedule = async (who: Staff | undefined, form: typeof amina): Promise<void> => {
  const body = { ...form, day: evening.today };
  registrations.set(form, (await post<z.infer<typeof Scheduled>>(who, 'registrations', body)).registration);
};
const refused = (reason: string, more: object = {}) => ({
  status: 409,
  code: 'wrong-state',
  body: { reason, ...more },
});

beforeAll(async () => {
  evening = await lateEvening();
  const { server } = evening;
  const accounts = [
    await server.account('invigilator'),
    await addInvigilator(server, 'colleague@demo', 'gent'),
    await addInvigilator(server, 'elsewhere@demo', 'brugge'),
  ];
  const logIn = async () => {
    [desk, colleague, elsewhere] = await Promise.all(accounts.map((account) => Staff.login(server.url, account)));
  };
  await logIn();
  await schedule(desk, amina);
  await schedule(elsewhere, chaima);
  open = await Candidate.admitted(at(desk), amina);
  alsoOpen = await Candidate.admitted(at(desk), bram);
  brokenOff = await Candidate.admitted(at(desk), chaima);
  await brokenOff.toFirstPart();
  await post(desk, `sessions/${brokenOff.session}/end`, { why: 'technical.device', reason: 'de stroom viel uit' });
  await evening.turnMidnight();
  await logIn();
});
afterAll(() => evening.server.dispose());

describe('a second session of a person for a test', () => {
  it('is refused by registration and at the door, with day and place of the other', async () => {
    const other = { day: evening.yesterday, centreName: 'Gent (demonstratie)' };
    await expect(post(desk, `registrations/${registrations.get(amina)}/admit`)).rejects.toMatchObject(
      refused('earlier-open', { session: open.session, ...other }),
    );
    await expect(post(desk, 'sessions', bram)).rejects.toMatchObject(
      refused('earlier-open', { session: alsoOpen.session, ...other }),
    );
    const { sessions } = await at(desk).get<Room>('/invigilator/room');
    expect(sessions).toHaveLength(3);
  });
  it('of another test is no second one', async () => {
    const { session } = await post<z.infer<typeof Registered>>(desk, 'sessions', { ...amina, test: 'mo' });
    expect(session).not.toBe(open.session);
  });
});

describe('a session that was broken off', () => {
  const says = (counts: boolean, given: object) => ({ session: brokenOff.session, counts, ...given });
  const log = async () => (await at(desk).get<ProctoringLog>(`/invigilator/sessions/${brokenOff.session}/log`)).entries;
  const standing = async () => {
    const { report } = await at(desk).get<CloseOutMade>(`/invigilator/close-out?day=${evening.yesterday}`);
    return report.sessions.find(({ session }) => session === brokenOff.session)?.attempt;
  };
  const rows = async () => (await at(desk).get<Room>('/invigilator/room')).sessions;

  it('waits: the next admission, at another centre, says so, as do the room and the close-out report', async () => {
    await expect(post(elsewhere, `registrations/${registrations.get(chaima)}/admit`)).rejects.toMatchObject(
      refused('earlier-undecided', { session: brokenOff.session, registration: registrations.get(chaima) }),
    );
    expect((await rows()).find(({ session }) => session === brokenOff.session)).toMatchObject({ attempt: 'undecided' });
    expect(await standing()).toBe('undecided');
  });
  it('is decided on by somebody else than who stopped it; that it does not count has a code', async () => {
    const path = `sessions/${brokenOff.session}/attempt`;
    const given = { counts: false, why: 'technical.device' };
    await expect(post(desk, path, given)).rejects.toMatchObject(refused('own-close'));
    await expect(post(colleague, path, { counts: false, reason: 'zomaar' })).rejects.toMatchObject({ status: 400 });
    await expect(post(elsewhere, path, given)).rejects.toMatchObject({ status: 404 });
    await expect(post(colleague, `sessions/${open.session}/attempt`, given)).rejects.toMatchObject(
      refused('session-open'),
    );
    expect(await standing()).toBe('undecided');
  });
  it('is decided on where the person stands at the door, and no other session is', async () => {
    const path = `registrations/${registrations.get(chaima)}/earlier`;
    const given = { why: 'technical.device', reason: 'generator defect' };
    await expect(post(elsewhere, path, { ...says(true, given), session: open.session })).rejects.toMatchObject({
      status: 404,
    });
    await post(elsewhere, path, says(false, given));
    const [line, ...more] = (await log()).filter(({ type }) => type.startsWith('attempt-'));
    expect(line).toMatchObject({ type: 'attempt-does-not-count', by: 'elsewhere@demo', text: 'generator defect' });
    expect(more).toEqual([]);
    expect(await standing()).toBe('does-not-count');
    const { session } = await post<z.infer<typeof Registered>>(
      elsewhere,
      `registrations/${registrations.get(chaima)}/admit`,
    );
    expect(session).not.toBe(brokenOff.session);
  });
});
