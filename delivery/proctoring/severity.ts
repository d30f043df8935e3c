/**
 * How much an occurrence weighs for whoever looks at the room or reads the log: the one home of every severity. What a
 * browser reports is forgeable and noisy: none of it is more than a warning.
 */
import type { Severity, SignalType } from './signal.ts';

const ofSignals: Readonly<Record<SignalType, Severity>> = {
  'focus-lost': 'notice',
  'focus-returned': 'info',
  'page-hidden': 'notice',
  'page-shown': 'info',
  'fullscreen-left': 'notice',
  'fullscreen-entered': 'info',
  'paste-blocked': 'notice',
  'copy-blocked': 'notice',
  'print-attempted': 'warning',
  'context-menu-blocked': 'info',
  'audio-fault': 'warning',
  'microphone-fault': 'warning',
  'microphone-silent': 'warning',
  'microphone-changed': 'notice',
  'network-lost': 'notice',
  'network-restored': 'info',
  'clock-jumped': 'notice',
  'storage-fault': 'warning',
  'page-reloaded': 'notice',
  'telemetry-capped': 'notice',
};

/** What the program itself records in a session. */
const ofRecords: ReadonlyMap<string, Severity> = new Map([
  ['connection-lost', 'notice'],
  ['outage-measured', 'warning'],
  ['server-clock-jumped', 'warning'],
  ['reopened', 'notice'],
  ['time-given-back', 'notice'],
  ['paused', 'notice'],
  ['extra-time-granted', 'notice'],
  ['play-refunded', 'notice'],
  ['operation-refused', 'notice'],
]);

export const severityOf = (type: SignalType): Severity => ofSignals[type];

/** Of an event of the session's own; what is not listed is the ordinary course of a session. */
export const severityOfRecord = (event: string): Severity => ofRecords.get(event) ?? 'info';
