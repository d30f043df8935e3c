/**
 * How much an occurrence weighs for whoever looks at the room or reads the log: the one home of every severity. What a
 * browser reports is forgeable and noisy: none of it is more than a warning.
 */
import type { InferenceType } from './inference.ts';
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
  ['case-opened', 'warning'],
  ['case-decided', 'notice'],
  ['attempt-decided', 'notice'],
  ['taken-over', 'notice'],
  ['browser-refused', 'warning'],
  ['browser-overridden', 'notice'],
  ['answer-held', 'notice'],
  ['held-answer-decided', 'notice'],
  ['operation-refused', 'notice'],
]);

/**
 * What the server saw for itself: the first time, and from so many times on. Only what no honest page can do is
 * critical.
 */
const ofInferences: Readonly<Record<InferenceType, readonly (readonly [from: number, Severity])[]>> = {
  'no-heartbeat': [[1, 'critical']],
  'answered-before-end': [
    [1, 'notice'],
    [3, 'warning'],
  ],
  // Whoever does not want to hear a clip may still answer.
  'answered-unheard': [[1, 'info']],
  'part-hurried': [[1, 'critical']],
  'recording-longer': [[1, 'warning']],
  'recording-shorter': [[1, 'notice']],
  'recording-restarted': [
    [1, 'info'],
    [2, 'notice'],
    [4, 'warning'],
  ],
  'recording-during-pause': [[1, 'notice']],
  'page-again': [
    [1, 'info'],
    [2, 'notice'],
  ],
  'second-page': [[1, 'warning']],
  'media-beyond-plays': [[1, 'warning']],
  'signals-dropped': [[1, 'warning']],
};

/** @param time the how manieth of its kind in the session, or at the same item */
export const severityOfInference = (type: InferenceType, time: number): Severity =>
  ofInferences[type].findLast(([from]) => time >= from)?.[1] ?? 'info';

/** What an honest page asks too: what came late, or crossed a pause, an end or a chunk that was still on its way. */
const honestRefusals: ReadonlySet<string> = new Set(['late', 'not-active', 'part-over', 'recording-incomplete']);

/** An incident is what no page of ours asks for. */
export const severityOfRefusal = (code: string): Severity => (honestRefusals.has(code) ? 'info' : 'notice');

export const severityOf = (type: SignalType): Severity => ofSignals[type];

/** Of an event of the session's own; what is not listed is the ordinary course of a session. */
export const severityOfRecord = (event: string): Severity => ofRecords.get(event) ?? 'info';
