/** A stream that cannot be trusted or understood is refused whole, and named: it is nobody else's fault. */
import { CorruptStorage, type StreamId } from '../port.ts';
import { EventOrderError, UnreadableEvent } from './stream.ts';

export type Damage = CorruptStorage | UnreadableEvent | EventOrderError;

/** Somebody wrote what no program of ours writes, or wrote it past the program. */
export const isDamage = (error: unknown): error is Damage =>
  error instanceof CorruptStorage || error instanceof UnreadableEvent || error instanceof EventOrderError;

/** Told of a stream that is refused, by whoever goes on with the others. */
export type TellOfDamage = (stream: StreamId, damage: Damage) => void;
