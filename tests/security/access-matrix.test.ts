/**
 * Who may do what: every endpoint of the running program × every kind of caller × whose it is. The endpoints come from
 * the OpenAPI document; one without a row in `matrix.ts` fails. What belongs to somebody else looks exactly like what
 * does not exist, and a refused request writes nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Followed } from '../followed.ts';
import { type Caller, type House, callerOf, everybody, openHouse } from './matrix-house.ts';
import { type Access, type Endpoint, type Reply, askOf, endpointsOf, rowOf } from './matrix-ask.ts';
import { type Row, type Subject, rows } from './matrix-rows.ts';
import { endpointActs } from './staff-acts.ts';

let house: House;
let endpoints: readonly Endpoint[];
beforeAll(async () => {
  house = await openHouse();
  endpoints = await endpointsOf(house);
}, 180_000);
afterAll(() => house?.end());

const ask = async (
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>>,
  subject: Subject,
): Promise<Pick<Reply, 'status' | 'text'>> => {
  const { status, text } = await askOf(house, endpoint, headers, subject);
  if (!endpoint.statuses.includes(String(status))) undocumented.add(`${endpoint.name}: ${status}`);
  return { status, text };
};
/** Replies of which the document says nothing, of all that the matrix asked. */
const undocumented = new Set<string>();

interface Refusal {
  readonly status: number;
  readonly code: string;
}
function refusalOf({ status, text }: Pick<Reply, 'status' | 'text'>): Refusal {
  const { code }: { code?: string } = text === '' ? {} : JSON.parse(text);
  return { status, code: code ?? 'none' };
}
const notFound: Refusal = { status: 404, code: 'not-found' };

/** What a caller meets at the door, before anything is looked up; undefined: the door is open. */
function atTheDoor(access: Access, caller: Caller): Refusal | undefined {
  const { kind, role, lapsed } = callerOf(caller);
  if (access === 'anyone') return undefined;
  if (access === 'candidate' || access === 'seat') {
    if (kind !== access) return { status: 401, code: 'token-invalid' };
    if (lapsed !== undefined) return { status: 401, code: lapsed };
    return caller === 'fenced candidate' ? { status: 409, code: 'fenced' } : undefined;
  }
  if (kind !== 'staff') return { status: 401, code: 'not-logged-in' };
  if (lapsed !== undefined) return { status: 401, code: lapsed };
  return access === 'staff' || role === access ? undefined : { status: 403, code: 'not-allowed' };
}

/** Callers for whom the door is open, but to whom what the path names does not belong. */
const strangers: Readonly<Record<NonNullable<Row['belongsTo']>, readonly Caller[]>> = {
  centre: ['invigilator of another centre', 'invigilator of another agency'],
  holder: ['examiner who does not hold it', 'examiner of another agency'],
  agency: ['designer of another agency'],
  office: ['office of another agency'],
  candidate: ['other candidate'],
};

describe('the matrix', () => {
  it('has a row for every endpoint, and no other', () => {
    expect(Object.keys(rows).sort()).toEqual(endpoints.map(({ name }) => name).sort());
  });

  it('opens each door to its role only', async () => {
    const wrong: string[] = [];
    for (const endpoint of endpoints)
      for (const caller of everybody) {
        const expected = atTheDoor(endpoint.access, caller);
        if (expected === undefined) continue;
        const { status, code } = refusalOf(await ask(endpoint, house.headers(caller), 'own'));
        if (code !== expected.code || status !== expected.status)
          wrong.push(`${endpoint.name}, ${caller}: ${status} ${code}`);
      }
    expect(wrong).toEqual([]);
  }, 120_000);

  it('shows what belongs to somebody else as it shows what does not exist', async () => {
    for (const endpoint of endpoints) {
      const { belongsTo, private: isPrivate } = rowOf(endpoint);
      if (belongsTo === undefined) continue;
      for (const caller of strangers[belongsTo]) {
        const place = `${endpoint.name}, ${caller}`;
        const reply = await ask(endpoint, house.headers(caller), 'own');
        if (isPrivate !== undefined) {
          expect(reply.status, place).toBe(isPrivate);
          for (const secret of house.secrets) expect(reply.text, place).not.toContain(secret);
          continue;
        }
        expect(refusalOf(reply), place).toEqual(notFound);
        expect(reply, place).toEqual(await ask(endpoint, house.headers(caller), 'unknown'));
      }
    }
  }, 120_000);

  it('wrote nothing of all that', async () => {
    expect(await house.written()).toEqual(house.writtenAtFirst);
    // The lists that were compared, what the house began, and nobody's look at anything.
    const looked = (await house.staffActs()).filter(({ type }) => !['logged-in', 'logged-out'].includes(type));
    expect(new Set(looked.map(({ type }) => type))).toEqual(
      new Set(['calibration-started', 'log-read', 'close-out-made', 'exam-settings-taken']),
    );
  });

  it('lets nothing happen to what is closed', async () => {
    for (const endpoint of endpoints) {
      const { closed } = rowOf(endpoint);
      if (closed === undefined) continue;
      const caller = endpoint.access === 'candidate' ? 'candidate whose session is closed' : 'invigilator';
      const { status, text } = await ask(endpoint, house.headers(caller), 'closed');
      expect(`${status} ${text.slice(0, 120)}`, endpoint.name).toMatch(new RegExp(`^${closed} `));
    }
    expect(await house.written()).toEqual(house.writtenAtFirst);
  }, 60_000);

  it('serves whom it belongs to', async () => {
    for (const name of Object.keys(rows)) {
      const endpoint = endpoints.find((one) => one.name === name);
      if (endpoint === undefined) continue;
      const before = await house.staffActs();
      const { status, text } = await ask(endpoint, house.headers(house.rightful(endpoint.access)), 'own');
      expect(`${status} ${text.slice(0, 200)}`, name).toMatch(new RegExp(`^${rowOf(endpoint).own} `));
      const act = endpointActs[name];
      const written = (await house.staffActs()).slice(before.length).map(({ type }) => type);
      // The session's log was read a moment ago, to see that nothing was written: that is one look,
      // unless the machine took longer than looks are joined for.
      const isJoined = act === 'log-read' && written.length === 0;
      const isExpected = status < 300 && endpoint.access !== 'anyone' && !isJoined;
      expect(written, name).toEqual(isExpected && typeof act === 'string' ? [act] : []);
    }
  }, 300_000);

  it('met no status that the document does not say', () => {
    expect([...undocumented].sort()).toEqual([]);
  });

  it("asks by a name that is the operation's own, under the tag of its place", () => {
    const names = endpoints.map(({ operationId }) => operationId);
    expect(names.filter((name, n) => !/^[a-z][A-Za-z0-9]+$/.test(name) || names.indexOf(name) !== n)).toEqual([]);
    expect(endpoints.filter(({ tags, path }) => tags.join() !== path.split('/')[1])).toEqual([]);
  });

  it('says to whoever asks in another way how it is asked', async () => {
    const paths = new Set(endpoints.map(({ path }) => path));
    for (const path of paths) {
      const allowed = endpoints.filter((one) => one.path === path).map(({ method }) => method);
      const url = `${house.url}${path.replace(/\{\w+\}/g, 'x')}`;
      const response = await fetch(url, { method: 'DELETE', headers: house.headers('invigilator') });
      const expected = allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
      expect([response.status, response.headers.get('allow')], path).toEqual([405, expected.join(', ')]);
      expect(refusalOf({ status: 405, text: await response.text() }).code, path).toBe('method-not-allowed');
    }
  }, 60_000);

  it('a live room tells nothing of another centre', async () => {
    const [ours, theirs] = [house.headers('invigilator'), house.headers('invigilator of another centre')];
    const room = await Followed.open(`${house.url}/invigilator/room/events`, theirs);
    await room.first(({ name }) => name === 'room');
    const registered = async (headers: Readonly<Record<string, string>>): Promise<string> => {
      const response = await fetch(`${house.url}/invigilator/sessions`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(house.person()),
      });
      const { session }: { session: string } = await response.json();
      return session;
    };
    const ourSession = await registered(ours);
    const theirSession = await registered(theirs);
    await room.first(({ data }) => JSON.stringify(data).includes(theirSession));
    expect(JSON.stringify(room.events)).not.toContain(ourSession);
    room.stop();
    await room.ended;
  });
});
