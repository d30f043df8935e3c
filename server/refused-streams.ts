/**
 * Streams that cannot be read, because somebody changed them past the program: each is named to the operator, in the
 * log and in a measure, and whoever looks through many goes on with the others.
 */
import type { Logger } from 'pino';
import { type Damage, type TellOfDamage, isDamage } from '../storage/journal/damage.ts';
import { streamKey, streamName } from '../storage/journal/stream-name.ts';
import type { StreamId } from '../storage/port.ts';

export class RefusedStreams {
  private readonly told = new Map<string, string>();

  constructor(private readonly log: Pick<Logger, 'error'>) {}

  /** How many there are, as far as this process has met them. */
  get count(): number {
    return this.told.size;
  }

  /** Undefined where this stream is damaged; it is told then, once. What else goes wrong is thrown. */
  async unlessDamaged<T>(stream: StreamId, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const done = await work();
      this.told.delete(streamKey(stream));
      return done;
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.tell(stream, error);
      return undefined;
    }
  }

  readonly tell: TellOfDamage = (stream: StreamId, damage: Damage) => {
    const name = streamKey(stream);
    if (this.told.get(name) === damage.message) return;
    this.told.set(name, damage.message);
    this.log.error(
      { stream: streamName(stream), err: damage },
      'a stream was changed past the program: it is refused, and all others go on; `meetlat verify --all` says more',
    );
  };
}
