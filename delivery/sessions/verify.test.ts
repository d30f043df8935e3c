import { describe, expect, it } from 'vitest';
import { jsonObject } from '../../storage/document/json.ts';
import type { Commit } from '../../storage/port.ts';
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import { civicTest, oralTest, terms } from './example.suite.ts';
import type { AssumedDraw, SessionEvent } from './session.ts';
import { PlayedSession } from './played-session.suite.ts';
import { verifySession } from './verify.ts';

const commits = (events: readonly SessionEvent[]): Commit[] =>
  events.map((event, index) => ({
    tenant: 't',
    kind: 'session',
    id: 's',
    version: index + 1,
    at: event.at,
    previousHash: '',
    hash: `h${index}`,
    bytes: new Uint8Array(),
    events: [jsonObject(event)],
  }));

function sat(test: PinnedTest): PlayedSession {
  const played = new PlayedSession(test).begin().toFirstPart();
  while (played.now.step.name === 'adaptive') {
    played.answer(played.now.items.length % 3);
    played.ask({ kind: 'next', handle: played.present().handle });
  }
  if (played.now.step.name === 'part-intro') {
    played.ask({ kind: 'start-part' });
    played.speakAll();
  }
  if (played.now.step.name === 'linear') {
    played.answer(0);
    played.ask({ kind: 'submit' });
  }
  return played;
}

describe('verify', () => {
  it.each([
    ['oral', oralTest],
    ['MO', civicTest],
  ])('%s: agrees with what was recorded', (_, test) => {
    const verification = verifySession(commits(sat(test).events), () => test, '1');
    expect(verification.differences).toEqual([]);
    expect(verification.recomputed).toBeGreaterThan(2);
  });
  it('counts the score of a linear part without its pretest items', () => {
    expect(verifySession(commits(sat(civicTest).events), () => civicTest, '1').score?.of).toBe(6);
  });
  it('names a score that was changed', () => {
    const events = sat(oralTest).events.map((event) =>
      event.type === 'item-completed' ? { ...event, category: event.category === 1 ? 0 : 1 } : event,
    );
    const { differences } = verifySession(commits(events), () => oralTest, '1');
    expect(differences[0]).toMatchObject({ type: 'item-completed' });
  });
  it('names a draw that was not made: another stream, or among other items', () => {
    for (const change of [{ key: 'pretest/2' }, { among: ['L2', 'L3'] }]) {
      const events = sat(oralTest).events.map((event) =>
        event.type === 'item-presented' && event.position === 2
          ? { ...event, stream: { ...event.stream, ...change } }
          : event,
      );
      const { differences } = verifySession(commits(events), () => oralTest, '1');
      expect(differences.map(({ type }) => type)).toEqual(['item-presented']);
    }
  });
  it('holds a session of before, which recorded no draw, to what it recorded', () => {
    const old = (position: number) => ({ seed: terms(oralTest).seed, purpose: 'selection', position });
    const recorded = (stream: (position: number) => AssumedDraw) =>
      sat(oralTest).events.map((event) =>
        event.type === 'item-presented' ? { ...event, stream: stream(event.position) } : event,
      );
    expect(verifySession(commits(recorded(old)), () => oralTest, '1').differences).toEqual([]);
    const other = recorded((position) => ({ ...old(position), purpose: 'pretest' }));
    expect(verifySession(commits(other), () => oralTest, '1').differences).toHaveLength(5);
  });
  it('names an item that the engine would not have chosen', () => {
    const events = sat(oralTest).events.map((event) =>
      event.type === 'item-presented' && event.position === 2 ? { ...event, item: { id: 'L5', version: 1 } } : event,
    );
    expect(verifySession(commits(events), () => oralTest, '1').differences.map(({ type }) => type)).toContain(
      'item-presented',
    );
  });
});
