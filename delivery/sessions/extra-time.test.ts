import { describe, expect, it } from 'vitest';
import { at, civicTest } from './example.suite.ts';
import { aloneMs, mostAloneMs } from './extra-time.ts';
import { PlayedSession } from './played-session.suite.ts';

const minute = 60_000;
const seated = (): PlayedSession => new PlayedSession(civicTest).begin().toFirstPart();
const give = (ms: number, confirmedBy?: string) =>
  ({
    type: 'grant-extra-time',
    by: 'an@agii',
    ms,
    reason: 'lawaai',
    ...(confirmedBy === undefined ? {} : { confirmedBy }),
  }) as const;
const refused = { refused: { code: 'second-person-due' } };

describe('extra time that the room gives', () => {
  it('is so much by one person, in sum; a second person confirms more, and both are recorded', () => {
    const played = seated();
    const before = Date.parse(played.now.deadlineAt ?? '');
    expect(played.decide(give(mostAloneMs + 1))).toEqual(refused);
    played.run(give(20 * minute)).forEach((event) => expect(event).not.toHaveProperty('confirmedBy'));
    expect(aloneMs(played.now)).toBe(10 * minute);
    expect(played.decide(give(10 * minute + 1))).toEqual(refused);
    played.run(give(10 * minute));
    expect(played.decide(give(1000))).toEqual(refused);
    expect(played.run(give(45 * minute, 'bo@agii'))).toMatchObject([{ by: 'an@agii', confirmedBy: 'bo@agii' }]);
    expect(Date.parse(played.now.deadlineAt ?? '') - before).toBe(75 * minute);
    // Whoever confirmed gave time too: it rates nothing of this candidate.
    expect(played.now.staff).toEqual(expect.arrayContaining(['an@agii', 'bo@agii']));
    // What two gave is not one person's to add to.
    expect(played.decide(give(1000))).toEqual(refused);
  });

  it('is not confirmed by whoever gives it', () =>
    expect(seated().decide(give(mostAloneMs + 1, 'an@agii'))).toEqual(refused));

  it('an outage that the server measured is made good beside it', () => {
    const played = seated().ran({ type: 'measure-outage', from: at(0), to: at(40 * minute) });
    played.run(give(40 * minute));
    expect(aloneMs(played.now)).toBe(mostAloneMs);
  });
});
