/** Where a candidate is, in words and short. */
import type { RoomSession } from '../../server/api/invigilator/protocol.ts';
import { isAttemptOpen, isBrowserWrong, isCaseOpen, isIdentityDue } from './order.ts';
import { interfaceLanguage, text, textOfCode } from '../shared/i18n/texts.svelte.ts';

export const titleOf = ({ title, test }: Pick<RoomSession, 'title' | 'test'>): string =>
  title[interfaceLanguage.code] ?? title['nl'] ?? test;

export function stepOf({ step }: RoomSession): string {
  if (step.number === undefined) return textOfCode('staff.step', step.name);
  return textOfCode('staff.step', step.name === 'practice' ? 'practice' : `${step.name}.n`, {
    number: step.number,
    total: step.total ?? 0,
  });
}

/** For a row: "7/33". */
export const shortStepOf = (session: RoomSession): string =>
  session.step.number === undefined ? stepOf(session) : `${session.step.number}/${session.step.total ?? 0}`;

export interface RowMark {
  readonly tone: 'bad' | 'warn' | 'plain';
  readonly icon?: 'hand' | 'warning';
  readonly text: string;
}

/** In the right browser nothing has to be said. */
function browserMarks(session: RoomSession): RowMark[] {
  const { examBrowser } = session;
  if (examBrowser === undefined || examBrowser === 'right' || examBrowser === 'unseen') return [];
  const said = text(`staff.browser.${examBrowser}`);
  return [isBrowserWrong(session) ? { tone: 'bad', icon: 'warning', text: said } : { tone: 'plain', text: said }];
}

/** What asks for a look: help, then devices, the line, our own outages, and last what the candidate did. */
export function marksOf(session: RoomSession): RowMark[] {
  const about: readonly RowMark[] = [
    ...(isCaseOpen(session) ? [{ tone: 'warn', text: text('staff.case.mark') } as const] : []),
    ...(isAttemptOpen(session) ? [{ tone: 'warn', text: text('staff.attempt.mark') } as const] : []),
  ];
  if (session.status === 'closed') return [...about];
  const { notice, warning, critical } = session.incidents;
  const count = notice + warning + critical;
  const last = session.lastIncident === undefined ? '' : ` (${textOfCode('staff.log', session.lastIncident)})`;
  return [
    ...(session.handRaisedAt === undefined ? [] : [{ tone: 'bad', icon: 'hand', text: text('staff.hand') } as const]),
    ...browserMarks(session),
    ...session.faults.map((fault) => ({ tone: 'bad', icon: 'warning', text: text(`staff.fault.${fault}`) }) as const),
    ...(session.connection === 'lost' ? [{ tone: 'warn', text: text('staff.connection.lost') } as const] : []),
    ...(session.outageMs >= 5000
      ? [{ tone: 'warn', text: text('staff.outage', { count: Math.round(session.outageMs / 1000) }) } as const]
      : []),
    ...(session.heldAnswers.length === 0
      ? []
      : [{ tone: 'warn', text: text('staff.room.held', { count: session.heldAnswers.length }) } as const]),
    ...(isIdentityDue(session) ? [{ tone: 'warn', text: text('staff.identity.mark') } as const] : []),
    ...about,
    ...(session.message === undefined
      ? []
      : [
          {
            tone: 'plain',
            text: text(session.message.readAt ? 'staff.message.seen' : 'staff.message.unseen'),
          } as const,
        ]),
    ...(count === 0
      ? []
      : [
          {
            tone: critical > 0 ? 'bad' : warning > 0 ? 'warn' : 'plain',
            text: `${text('staff.col.signals')}: ${count}${last}`,
          } as const,
        ]),
  ];
}
