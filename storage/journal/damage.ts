/** A stream that cannot be trusted or understood is refused whole, and named: it is nobody else's fault. */
import { CorruptStorage, type StreamId } from '../port.ts';
import { EventOrderError, UnreadableEvent } from './stream.ts';

export type Damage = CorruptStorage | UnreadableEvent | EventOrderError;

/** Somebody wrote what no program of ours writes, or wrote it past the program. */
export const isDamage = (error: unknown): error is Damage =>
  error instanceof CorruptStorage || error instanceof UnreadableEvent || error instanceof EventOrderError;

/** What work gives; undefined where what it reads is damaged, and that is told. What else goes wrong is thrown. */
export async function unlessDamaged<T>(work: Promise<T>, tell: (damage: Damage) => void): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!isDamage(error)) throw error;
    tell(error);
    return undefined;
  }
}

/** The same for one stream of many: whoever looks through them goes on with the others. */
export type UnlessDamaged = <T>(stream: StreamId, work: () => Promise<T>) => Promise<T | undefined>;

/** Told of a stream that is refused, by whoever goes on with the others. */
export type TellOfDamage = (stream: StreamId, damage: Damage) => void;
