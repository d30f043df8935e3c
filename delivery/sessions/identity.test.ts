import { describe, expect, it } from 'vitest';
import { proctoringLog } from '../monitoring/log.ts';
import type { SessionCommand } from './decide.ts';
import { evolveAll } from './evolve.ts';
import { oralTest, register } from './example.suite.ts';
import { PlayedSession } from './played-session.suite.ts';

const an = 'an.toezichter@demo';
const admit = { type: 'admit', by: an, seat: 'blauwe vos 7' } as const;
const check = { type: 'check-identity', by: an, document: 'passport' } as const;
const registered = (...commands: readonly SessionCommand[]): PlayedSession =>
  new PlayedSession(oralTest).ran(register(oralTest), ...commands);
const checked = (session: PlayedSession): boolean[] =>
  session.events.flatMap((event) => (event.type === 'admitted' ? [event.identityChecked] : []));

describe('who somebody is', () => {
  it('is not known by being let in', () => {
    const session = registered(admit);
    expect(checked(session)).toEqual([false]);
    expect(session.now.identity).toBeUndefined();
  });
  it('is known by the document that was shown at the admission, and by whom it was seen', () => {
    const session = registered({ ...admit, document: 'residence-card' });
    expect(checked(session)).toEqual([true]);
    expect(session.now.identity).toMatchObject({ by: an, document: 'residence-card' });
  });
  it('is known by a check before, whoever lets in then, and however', () => {
    const session = registered(check, { ...admit, by: 'bo@demo' });
    expect(checked(session)).toEqual([true]);
    expect(session.now.identity).toMatchObject({ by: an, document: 'passport' });
  });
  it('is known by a check later; the last one is shown', () => {
    const session = registered(admit, check, { ...check, by: 'bo@demo', document: 'other' });
    expect(checked(session)).toEqual([false]);
    expect(session.now.identity).toMatchObject({ by: 'bo@demo', document: 'other' });
  });
  it('was said by an admission alone before documents were recorded', () => {
    const before = registered(admit).events.map((event) =>
      event.type === 'admitted' ? { ...event, identityChecked: true } : event,
    );
    expect(evolveAll(undefined, before)?.identity).toEqual({ by: an, at: before.at(-1)?.at });
  });
  it('stands in the log by the kind of the document and who saw it', () => {
    const [line] = proctoringLog(registered(check).events).filter(({ type }) => type === 'identity-checked');
    expect(line).toMatchObject({ source: 'invigilator', by: an, document: 'passport' });
    expect(Object.keys(line ?? {}).sort()).toEqual(['at', 'by', 'document', 'severity', 'source', 'type']);
  });
});
