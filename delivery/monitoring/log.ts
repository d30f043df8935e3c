/** The proctoring log of a session: its own journal, in the words of the taxonomy. No answers, no keys. */
import { defined } from '../../storage/document/defined.ts';
import { erasedText } from '../../storage/keys/person-cipher.ts';
import { isReliable } from '../proctoring/detectors.ts';
import type { CaseOutcome } from '../proctoring/case-outcome.ts';
import type { IdentityDocument } from '../proctoring/seen-identity.ts';
import type { Inference } from '../proctoring/inference.ts';
import { severityOfRecord } from '../proctoring/severity.ts';
import type { MessageCode } from '../proctoring/message-code.ts';
import type { ReasonCode } from '../proctoring/reason-code.ts';
import type { Severity } from '../proctoring/signal.ts';
import { byBrowserCheck } from '../sessions/exam-browser.ts';
import type { EventOf, GivenReason, SessionEvent } from '../sessions/session.ts';

export interface LogLine {
  readonly at: string;
  readonly type: string;
  readonly severity: Severity;
  readonly source: 'candidate' | 'browser' | 'invigilator' | 'system' | 'inferred';
  readonly by?: string;
  /** The second person, where one was needed. */
  readonly confirmedBy?: string;
  readonly item?: number;
  /** Why it was done, as staff chose it; `text` is what was typed. */
  readonly why?: ReasonCode;
  readonly text?: string;
  readonly message?: MessageCode;
  /** What somebody showed to say who they are. */
  readonly document?: IdentityDocument;
  /** What was typed then named a person who was erased since. */
  readonly erased?: true;
  /** Of a close. */
  readonly how?: EventOf<'closed'>['reason'];
  readonly durationMs?: number;
  readonly count?: number;
  /** Seen by a page whose detector saw it wrongly: evidence of nothing. */
  readonly unreliable?: true;
}

/** Undefined for what is no business of a log: single answers, flags, moves. */
function line(event: SessionEvent): Omit<LogLine, 'at' | 'type' | 'severity'> | undefined {
  if (isAct(event)) return act(event);
  switch (event.type) {
    case 'registered':
    case 'connection-lost':
    case 'browser-accepted':
      return { source: 'system' };
    case 'browser-refused':
      return { source: 'system', text: event.fault };
    case 'arrived':
      return { source: 'candidate', text: event.seat };
    case 'admitted':
      return { source: 'invigilator', by: event.by, text: event.seat };
    case 'name-confirmed':
    case 'sound-checked':
    case 'hand-raised':
    case 'message-read':
    case 'recording-started':
    case 'recording-sealed':
      return { source: 'candidate', ...('durationMs' in event ? { durationMs: event.durationMs } : {}) };
    case 'hand-lowered':
      return { source: event.by === 'candidate' ? 'candidate' : 'invigilator', by: event.by };
    case 'media-played':
      return { source: 'candidate', count: event.plays };
    case 'signal-recorded':
    case 'inference-recorded':
      return watched(event);
    case 'part-started':
    case 'part-completed':
    case 'connection-restored':
    case 'time-given-back':
    case 'outage-measured':
    case 'server-clock-jumped':
    case 'writer-taken':
    case 'item-presented':
    case 'operation-refused':
      return { source: 'system', ...ofSystem(event) };
    case 'answered':
    case 'answer-held':
    case 'held-answer-decided':
      return ofAnswer(event);
    case 'closed':
      return close(event);
    case 'practice-assembled':
    case 'practice-done':
    case 'form-assembled':
    case 'turns-assembled':
    case 'item-completed':
    case 'moved':
    case 'flagged':
    case 'turn-presented':
    case 'operation-noted':
    case 'form-scored':
    case 'close-settled':
      return undefined;
  }
}

const typed = ({ why, reason }: GivenReason): Pick<LogLine, 'why' | 'text'> =>
  defined({ why, text: reason === '' ? undefined : reason });

/** A single answer is no business of a log, but that it counts though it came late is, or that a person decides. */
function ofAnswer(event: EventOf<'answered' | 'answer-held' | 'held-answer-decided'>): ReturnType<typeof line> {
  if (event.type === 'held-answer-decided') return { source: 'invigilator', by: event.by };
  const from = event.type === 'answer-held' ? event.pausedAt : event.late?.chosenAt;
  return from === undefined ? undefined : { source: 'candidate', durationMs: Date.parse(event.at) - Date.parse(from) };
}

type SystemEvent =
  | 'part-started'
  | 'part-completed'
  | 'connection-restored'
  | 'time-given-back'
  | 'outage-measured'
  | 'server-clock-jumped'
  | 'writer-taken'
  | 'item-presented'
  | 'operation-refused';

function ofSystem(event: EventOf<SystemEvent>): Pick<LogLine, 'durationMs' | 'text' | 'count' | 'item'> {
  switch (event.type) {
    case 'part-started':
    case 'part-completed':
      return { text: event.part };
    case 'connection-restored':
      return { durationMs: event.awayMs };
    case 'time-given-back':
      return { durationMs: event.ms };
    case 'outage-measured':
      return { durationMs: Date.parse(event.to) - Date.parse(event.from) };
    case 'server-clock-jumped':
      return { text: event.machineAt, durationMs: event.aheadMs };
    case 'writer-taken':
      return { count: event.fence };
    case 'item-presented':
      return { item: event.position };
    case 'operation-refused':
      return { text: `${event.kind}: ${event.code}` };
  }
}

const actTypes = [
  'paused',
  'resumed',
  'reopened',
  'play-refunded',
  'extra-time-granted',
  'code-made',
  'identity-checked',
  'server-clock-confirmed',
  'message-sent',
  'note-written',
  'case-opened',
  'case-decided',
  'attempt-decided',
  'taken-over',
  'browser-overridden',
  'browser-required',
] as const;
type Act = (typeof actTypes)[number];
const isAct = (event: SessionEvent): event is EventOf<Act> => actTypes.some((type) => type === event.type);

/** What an invigilator did, with the reason where one is asked; and the one pause that nobody made. */
const act = (event: EventOf<Act>): Omit<LogLine, 'at' | 'type' | 'severity'> => ({
  source: event.by === byBrowserCheck ? 'system' : 'invigilator',
  by: event.by,
  ...('confirmedBy' in event ? defined({ confirmedBy: event.confirmedBy }) : {}),
  ...('reason' in event ? typed(event) : {}),
  ...('ms' in event ? { durationMs: event.ms } : {}),
  ...('text' in event ? { text: event.text } : {}),
  ...('message' in event ? { message: event.message } : {}),
  ...('document' in event ? { document: event.document } : {}),
});

const close = ({ by, reason: how, why, note = '' }: EventOf<'closed'>) => ({
  source: closedBy(by),
  by,
  how,
  ...typed({ ...defined({ why }), reason: note }),
});

const closedBy = (by: string): LogLine['source'] =>
  by === 'candidate' ? 'candidate' : by === 'clock' ? 'system' : 'invigilator';

/** What a browser says of itself, and what the server saw for itself. */
const watched = (
  event: EventOf<'signal-recorded' | 'inference-recorded'>,
): Omit<LogLine, 'at' | 'type' | 'severity'> =>
  event.type === 'signal-recorded'
    ? { source: 'browser', ...detail(event.signal) }
    : { source: 'inferred', ...ofInference(event.inference) };

const ofInference = ({ durationMs, count }: Inference) => defined({ durationMs, count });

const detail = (signal: {
  readonly durationMs?: number | undefined;
  readonly count?: number | undefined;
  readonly code?: string | undefined;
}) => ({
  ...(signal.durationMs === undefined ? {} : { durationMs: signal.durationMs }),
  ...(signal.count === undefined ? {} : { count: signal.count }),
  ...(signal.code === undefined ? {} : { text: signal.code }),
});

function withoutErased({ text, ...made }: NonNullable<ReturnType<typeof line>>): NonNullable<ReturnType<typeof line>> {
  return text === erasedText ? { ...made, erased: true } : { ...made, ...defined({ text }) };
}

const caseNames: Readonly<Record<CaseOutcome, string>> = {
  unfounded: 'case-unfounded',
  warning: 'case-warning',
  annul: 'case-annul',
};

/** What a person decided is said by what it was. */
function nameOf(event: SessionEvent): string {
  if (event.type === 'held-answer-decided') return event.counts ? 'held-answer-counts' : 'held-answer-dismissed';
  if (event.type === 'attempt-decided') return event.counts ? 'attempt-counts' : 'attempt-does-not-count';
  return event.type === 'case-decided' ? caseNames[event.outcome] : event.type;
}

/** Of events whose typed texts were opened (typed-texts.ts). */
export function proctoringLog(events: readonly SessionEvent[]): LogLine[] {
  return events.flatMap((event): LogLine[] => {
    const made = line(event);
    if (made === undefined) return [];
    if (event.type === 'inference-recorded')
      return [{ at: event.at, type: event.inference.type, severity: event.severity, ...made }];
    if (event.type !== 'signal-recorded')
      return [{ at: event.at, type: nameOf(event), severity: severityOfRecord(event.type), ...withoutErased(made) }];
    const { type } = event.signal;
    return isReliable(event.signal)
      ? [{ at: event.at, type, severity: event.severity, ...made }]
      : [{ at: event.at, type, severity: 'info', unreliable: true, ...made }];
  });
}
