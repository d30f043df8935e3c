/** The proctoring log of a session: its own journal, in the words of the taxonomy. No answers, no keys. */
import { type Severity } from '../proctoring/signal.ts';
import type { SessionEvent } from '../sessions/session.ts';

export interface LogLine {
  readonly at: string;
  readonly type: string;
  readonly severity: Severity;
  readonly source: 'candidate' | 'browser' | 'invigilator' | 'system';
  readonly by?: string;
  readonly item?: number;
  readonly text?: string;
  readonly durationMs?: number;
  readonly count?: number;
}

/** Undefined for what is no business of a log: single answers, flags, moves. */
function line(event: SessionEvent): Omit<LogLine, 'at' | 'type'> | undefined {
  switch (event.type) {
    case 'registered':
      return { severity: 'info', source: 'system' };
    case 'arrived':
      return { severity: 'info', source: 'candidate', text: event.seat };
    case 'admitted':
      return { severity: 'info', source: 'invigilator', by: event.by, text: event.seat };
    case 'writer-taken':
      return { severity: 'info', source: 'system', count: event.fence };
    case 'name-confirmed':
    case 'sound-checked':
    case 'hand-raised':
      return { severity: 'info', source: 'candidate' };
    case 'hand-lowered':
      return { severity: 'info', source: event.by === 'candidate' ? 'candidate' : 'invigilator', by: event.by };
    case 'part-started':
    case 'part-completed':
      return { severity: 'info', source: 'system', text: event.part };
    case 'item-presented':
      return { severity: 'info', source: 'system', item: event.position };
    case 'media-played':
      return { severity: 'info', source: 'candidate', count: event.plays };
    case 'recording-started':
      return { severity: 'info', source: 'candidate' };
    case 'recording-sealed':
      return { severity: 'info', source: 'candidate', durationMs: event.durationMs };
    case 'paused':
      return { severity: 'notice', source: 'invigilator', by: event.by, text: event.reason };
    case 'resumed':
      return { severity: 'info', source: 'invigilator', by: event.by };
    case 'extra-time-granted':
      return { severity: 'notice', source: 'invigilator', by: event.by, text: event.reason, durationMs: event.ms };
    case 'play-refunded':
      return { severity: 'notice', source: 'invigilator', by: event.by, text: event.reason };
    case 'signal-recorded':
      return { severity: event.severity, source: 'browser', ...detail(event.signal) };
    case 'connection-lost':
      return { severity: 'notice', source: 'system' };
    case 'connection-restored':
      return { severity: 'info', source: 'system', durationMs: event.awayMs };
    case 'outage-measured':
      return { severity: 'warning', source: 'system', durationMs: Date.parse(event.to) - Date.parse(event.from) };
    case 'operation-refused':
      return { severity: 'notice', source: 'system', text: `${event.kind}: ${event.code}` };
    case 'closed':
      return {
        severity: 'info',
        source: event.by === 'candidate' ? 'candidate' : event.by === 'clock' ? 'system' : 'invigilator',
        by: event.by,
        text: event.reason,
      };
    case 'practice-assembled':
    case 'practice-done':
    case 'form-assembled':
    case 'turns-assembled':
    case 'answered':
    case 'item-completed':
    case 'moved':
    case 'flagged':
    case 'turn-presented':
    case 'operation-noted':
    case 'form-scored':
      return undefined;
  }
}

const detail = (signal: {
  readonly durationMs?: number | undefined;
  readonly count?: number | undefined;
  readonly code?: string | undefined;
}) => ({
  ...(signal.durationMs === undefined ? {} : { durationMs: signal.durationMs }),
  ...(signal.count === undefined ? {} : { count: signal.count }),
  ...(signal.code === undefined ? {} : { text: signal.code }),
});

export function proctoringLog(events: readonly SessionEvent[]): LogLine[] {
  return events.flatMap((event) => {
    const made = line(event);
    return made === undefined
      ? []
      : [{ at: event.at, type: event.type === 'signal-recorded' ? event.signal.type : event.type, ...made }];
  });
}
