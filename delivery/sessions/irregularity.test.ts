import { describe, expect, it } from 'vitest';
import { civicTest } from './example.suite.ts';
import { isUndecided } from './irregularity.ts';
import { PlayedSession } from './played-session.suite.ts';

const seated = (): PlayedSession => new PlayedSession(civicTest).begin().toFirstPart();
const open = { type: 'open-case', by: 'an@agii', why: 'examinee.behaviour', reason: 'sprak met de buur' } as const;
const decideBy = (by: string) => ({ type: 'decide-case', outcome: 'warning', by, reason: 'gewaarschuwd' }) as const;
const last = ({ events }: PlayedSession) => events.at(-1);

describe('something irregular', () => {
  it('is decided by another named person than who reported it', () => {
    const played = seated();
    played.run(open);
    expect(last(played)).toMatchObject({ type: 'case-opened', by: 'an@agii', why: 'examinee.behaviour' });
    expect(isUndecided(played.now)).toBe(true);
    expect(() => played.run(decideBy('an@agii'))).toThrow('own-case');
    played.run(decideBy('bo@agii'));
    expect(last(played)).toMatchObject({ type: 'case-decided', outcome: 'warning', by: 'bo@agii' });
    expect(played.now.irregularity).toMatchObject({ by: 'an@agii', decided: { by: 'bo@agii', outcome: 'warning' } });
    expect(isUndecided(played.now)).toBe(false);
  });

  it('is one case at a time; after a decision there may be another', () => {
    const played = seated();
    expect(() => played.run(decideBy('bo@agii'))).toThrow('no-case');
    played.run(open);
    expect(() => played.run(open)).toThrow('case-open');
    played.run(decideBy('bo@agii'));
    expect(() => played.run(decideBy('bo@agii'))).toThrow('no-case');
    played.run(open);
    expect(isUndecided(played.now)).toBe(true);
  });

  it('can be reported and decided after the close, and changes nothing about it', () => {
    const played = seated();
    played.run({ type: 'end', by: 'an@agii', reason: 'tijd' });
    const { closed, items } = played.now;
    played.run(open);
    played.run(decideBy('bo@agii'));
    expect(played.now).toMatchObject({ closed, items });
  });
});

it('who took over the room is known', () => {
  const played = seated();
  played.run({ type: 'take-over', by: 'bo@agii', reason: 'plaats 3 is ziek' });
  expect(last(played)).toMatchObject({ type: 'taken-over', by: 'bo@agii', reason: 'plaats 3 is ziek' });
  expect(played.now.invigilator).toBe('bo@agii');
});
