/**
 * Reads that miss nothing acknowledged. For some tenths of a second a new primary answers majority reads from a
 * snapshot older than commits that the one before it acknowledged. So the first read from each primary waits for a
 * write of the new term to reach a majority: whatever was acknowledged before is then in the snapshot. A sharded
 * cluster does not tell its primaries; there, a read may be that old.
 */
import type { Db, MongoClient, TopologyDescription } from 'mongodb';
import { reach, refusingIndex } from './failure.ts';

interface Term {
  readonly _id: 'term';
  readonly primary: string;
}

export class Primary {
  /** Address and election of the primary that answers now; empty without one. */
  private present = '';
  private settled = '';
  private settling: Promise<void> | undefined;

  /** Before the client connects. */
  constructor(
    client: MongoClient,
    private readonly db: Db,
  ) {
    client.on('topologyDescriptionChanged', ({ newDescription }) => {
      this.present = electionOf(newDescription);
    });
  }

  /** Runs a read. Throws StorageUnavailable. */
  async read<R>(call: () => Promise<R>): Promise<R> {
    for (;;) {
      const before = this.present;
      if (before !== this.settled)
        await (this.settling ??= this.settle(before).finally(() => {
          this.settling = undefined;
        }));
      const found = await reach(call);
      if (this.present === before && this.settled === before) return found;
    }
  }

  /** One write of the new term; of several processes one makes it, and the others wait for it likewise. */
  private async settle(primary: string): Promise<void> {
    const terms = this.db.collection<Term>('journal.term');
    const write = (): Promise<unknown> =>
      reach(() => terms.updateOne({ _id: 'term' }, { $set: { primary } }, { upsert: true }));
    try {
      await write();
    } catch (error) {
      if (refusingIndex(error) === undefined) throw error;
      await write();
    }
    if (this.present === primary) this.settled = primary;
  }
}

function electionOf(description: TopologyDescription): string {
  for (const server of description.servers.values())
    if (server.type === 'RSPrimary') return `${server.address} ${server.electionId?.toHexString() ?? ''}`;
  return '';
}
