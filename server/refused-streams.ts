/**
 * Streams that cannot be read, because somebody changed them past the program: each is named once to whoever runs the
 * server or the command, and whoever looks through many goes on with the others.
 */
import { type Damage, type TellOfDamage, type UnlessDamaged, isDamage } from '../storage/journal/damage.ts';
import { streamKey } from '../storage/journal/stream-name.ts';
import type { StreamId } from '../storage/port.ts';

export class RefusedStreams {
  private readonly told = new Map<string, string>();

  constructor(private readonly name: TellOfDamage) {}

  /** How many there are, as far as this process has met them. */
  get count(): number {
    return this.told.size;
  }

  /** Undefined where this stream is damaged; it is told then, once. What else goes wrong is thrown. */
  readonly unlessDamaged: UnlessDamaged = async (stream, work) => {
    try {
      const done = await work();
      this.told.delete(streamKey(stream));
      return done;
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.tell(stream, error);
      return undefined;
    }
  };

  readonly tell: TellOfDamage = (stream: StreamId, damage: Damage) => {
    const key = streamKey(stream);
    if (this.told.get(key) === damage.message) return;
    this.told.set(key, damage.message);
    this.name(stream, damage);
  };
}
