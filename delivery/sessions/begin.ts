/** The state of a session that was just registered. */
import { EventOrderError } from '../../storage/journal/stream.ts';
import type { SessionEvent, SessionState } from './session.ts';

/** Throws EventOrderError for any other event: nothing comes before the registration. */
export function begin(event: SessionEvent): SessionState {
  if (event.type !== 'registered') throw new EventOrderError(event.type, 'a session begins with its registration');
  const { type: _type, schema: _schema, at: _at, op: _op, act: _act, ...terms } = event;
  return {
    terms,
    step: { name: 'registered' },
    arrivals: 0,
    awaitingAdmission: true,
    admissions: 0,
    fence: 0,
    pages: 0,
    nextSeq: 0,
    outcomes: new Map(),
    acts: new Map(),
    practice: [],
    practicePlays: new Map(),
    items: [],
    form: [],
    turns: [],
    completedParts: [],
    outages: [],
    losses: [],
    givenBack: [],
    heldAnswers: [],
    messages: [],
    extraMs: 0,
    faults: [],
    incidents: { notice: 0, warning: 0, critical: 0 },
    staff: [],
    inferred: new Map(),
    inferredOf: new Set(),
    signalsKept: { from: event.at, count: 0 },
  };
}
