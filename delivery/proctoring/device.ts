/**
 * What is wrong with the device at a seat: nobody's behaviour, something to help with. It stands above behaviour in the
 * room and counts among no incidents.
 */
import type { SignalType } from './signal.ts';

export type FaultyDevice = 'microphone' | 'sound' | 'storage' | 'line';

const ofSignals: ReadonlyMap<SignalType, FaultyDevice> = new Map<SignalType, FaultyDevice>([
  ['audio-fault', 'sound'],
  ['microphone-fault', 'microphone'],
  ['microphone-silent', 'microphone'],
  ['microphone-changed', 'microphone'],
  ['storage-fault', 'storage'],
  ['network-lost', 'line'],
]);

/** Undefined for what tells of a person rather than of a device. */
export const deviceOf = (type: SignalType): FaultyDevice | undefined => ofSignals.get(type);

/** Told when it is over already (a lost line), or no fault (another microphone was plugged in). */
const standsNot: ReadonlySet<SignalType> = new Set<SignalType>(['network-lost', 'microphone-changed']);

/** The fault that stands from this signal on, until what shows that it is mended. */
export const faultOf = (type: SignalType): FaultyDevice | undefined =>
  standsNot.has(type) ? undefined : deviceOf(type);
