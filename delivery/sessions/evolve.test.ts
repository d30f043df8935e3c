import { describe, expect, it } from 'vitest';
import type { SignalType } from '../proctoring/signal.ts';
import { at, civicTest, oralTest } from './example.suite.ts';
import { evolve, evolveAll } from './evolve.ts';
import { PlayedSession } from './played-session.suite.ts';

describe("the candidate's incidents", () => {
  it('are neither a pause by the invigilator nor an outage of ours', () => {
    const played = new PlayedSession(civicTest).begin().toFirstPart();
    played.run({ type: 'pause', by: 't', reason: 'brandalarm' });
    played.run({ type: 'resume', by: 't' });
    played.run({ type: 'measure-outage', from: at(0), to: at(20_000) });
    expect(played.now.incidents).toEqual({ notice: 0, warning: 0, critical: 0 });
  });
  it.each<[SignalType, object]>([
    ['page-hidden', { notice: 1, warning: 0, critical: 0, last: 'page-hidden' }],
    ['print-attempted', { notice: 0, warning: 1, critical: 0, last: 'print-attempted' }],
    ['audio-fault', { notice: 0, warning: 0, critical: 0 }],
    ['page-shown', { notice: 0, warning: 0, critical: 0 }],
  ])('count what a browser reports: %s', (type, incidents) => {
    const played = new PlayedSession(civicTest).begin();
    played.ask({ kind: 'signal', signal: { type, monotonicMs: 1, wallMs: 1 } });
    expect(played.now.incidents).toEqual(incidents);
  });
  it('are no lost line either', () => {
    const played = new PlayedSession(civicTest).begin();
    played.run({ type: 'lose-connection' });
    played.run({ type: 'lose-connection' });
    expect(played.now.incidents).toEqual({ notice: 0, warning: 0, critical: 0 });
  });
});

describe('the order of events', () => {
  it('nothing comes before the registration, and no second one after it', () => {
    const { events } = new PlayedSession(oralTest).begin();
    const [registered, arrived] = events;
    expect(registered?.type).toBe('registered');
    expect(() => evolveAll(undefined, arrived === undefined ? [] : [arrived])).toThrow('begins with its registration');
    expect(() =>
      evolveAll(
        undefined,
        [registered, registered].flatMap((event) => event ?? []),
      ),
    ).toThrow('registered already');
  });
});

it('a decision brings the state that its events make', () => {
  const played = new PlayedSession(civicTest).begin();
  const decision = played.decide({ type: 'pause', by: 't', reason: 'brandalarm' });
  if (decision.refused !== undefined) throw new Error('refused');
  expect(decision.state).toEqual(decision.events.reduce(evolve, played.now));
  expect(decision.state?.pausedAt).toBeDefined();
});
