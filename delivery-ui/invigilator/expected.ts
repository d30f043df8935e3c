/** Whom the room still expects: registered or absent, by name. Who was admitted is among the candidates of the room. */
import type { ExpectedRow } from '../../server/api/invigilator/protocol.ts';

export const stillExpected = (rows: readonly ExpectedRow[], language: string): ExpectedRow[] =>
  rows
    .filter(({ status }) => status === 'scheduled' || status === 'absent')
    .sort((a, b) => (a.name ?? '').localeCompare(b.name ?? '', language));
