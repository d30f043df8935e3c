import type { RoomSession } from '../../server/api/invigilator/protocol.ts';

/** A row of a candidate at work. */
export const rowOf = (name: string, change: Partial<RoomSession> = {}): RoomSession => ({
  session: name,
  name,
  test: 'mo',
  title: { nl: 'MO' },
  language: 'nl',
  contactLanguage: 'nl',
  status: 'active',
  step: { name: 'linear' },
  connection: 'connected',
  faults: [],
  incidents: { notice: 0, warning: 0, critical: 0 },
  identity: { by: 'toezichter@demo', at: '2026-11-23T09:00:00.000Z', document: 'passport' },
  outageMs: 0,
  aloneMs: 1_800_000,
  givenBackMs: 0,
  heldAnswers: [],
  ...change,
});
