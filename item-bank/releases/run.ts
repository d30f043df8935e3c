/**
 * Publishes releases made by calibrations and puts them in force. The journal is written first; what follows from it is
 * applied as often as needed.
 */
import type { Instant } from '../../storage/document/instant.ts';
import type { UnlessDamaged } from '../../storage/journal/damage.ts';
import { streamName } from '../../storage/journal/stream-name.ts';
import { type Loaded, Stream, type StreamKind } from '../../storage/journal/stream.ts';
import { CorruptStorage, type Journal, installationTenant } from '../../storage/port.ts';
import { everyStream } from '../../storage/pages.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { BankEvent, type BankState, emptyBank, evolveBank, releaseOf } from './bank.ts';
import {
  type BankCommand,
  type BankRefusal,
  type BankRefusalCode,
  type ReleaseChoice,
  type Publication,
  decideBank,
} from './decide.ts';
import type { Release } from './release.ts';
import type { ReleaseStore } from './store.ts';

export const bankKind = 'bank';
export const bankStream: StreamKind<BankState, BankEvent> = {
  kind: bankKind,
  read: (event) => BankEvent.parse(event),
  evolve: evolveBank,
};

export class BankRefused extends Error {
  readonly code: BankRefusalCode;
  constructor({ code, why }: BankRefusal) {
    super(why);
    this.name = 'BankRefused';
    this.code = code;
  }
}

export interface BankPorts {
  readonly journal: Journal;
  readonly store: ReleaseStore;
  readonly now: () => Instant;
}

export class Banks {
  private readonly stream: Stream<BankState, BankEvent, BankRefusal>;

  constructor(private readonly ports: BankPorts) {
    this.stream = new Stream(bankStream, { ...ports, refuse: (refusal) => new BankRefused(refusal) });
  }

  async load(bank: string): Promise<Loaded<BankState> & { readonly state: BankState }> {
    const { state = emptyBank, version, hash } = await this.stream.load(keyOf(bank));
    return { state, version, hash };
  }

  /**
   * A new release, one version higher, with the chosen parameters; not in force yet. Throws BankRefused,
   * UnknownPublication.
   */
  async publish(bank: string, publication: Publication): Promise<Release> {
    const [event] = await this.run(bank, { type: 'publish', publication });
    const release = this.ports.store.allReleases().find(({ id }) => id === event?.release);
    if (release === undefined) throw new BankRefused({ code: 'unknown-release', why: `${bank}: no release was made` });
    return release;
  }

  /** From now on new sessions pin this release; those that run keep theirs. Throws BankRefused. */
  async putInForce(bank: string, choice: ReleaseChoice): Promise<void> {
    await this.run(bank, { type: 'put-in-force', choice });
  }

  /** Makes the releases and the choice as the stream says; doing it again changes nothing. */
  async apply(bank: string): Promise<void> {
    const { store } = this.ports;
    const { state } = await this.load(bank);
    for (const event of state.published) {
      if (store.allReleases().some(({ id }) => id === event.release)) continue;
      const base = store.allReleases().find(({ id }) => id === event.recalibration.base);
      if (base === undefined)
        throw new CorruptStorage(
          streamName({ ...keyOf(bank), kind: bankKind }),
          `${event.release} is made of ${event.recalibration.base}, which is not here`,
        );
      await store.publishRelease(releaseOf(base, event));
    }
    if (state.inForce === undefined) return;
    // Another process may apply the same stream first.
    await unlessRaced(store.putInForce({ bank, release: state.inForce.release, version: state.inForce.version }));
  }

  /**
   * Which releases there are and which is in force stands in the streams: where a document says otherwise, or is
   * missing, it is put right. @returns how many banks there are
   */
  async applyAll(unlessDamaged: UnlessDamaged): Promise<number> {
    let count = 0;
    for await (const id of everyStream(this.ports.journal, installationTenant, bankKind)) {
      await unlessDamaged({ ...keyOf(id), kind: bankKind }, () => this.apply(id));
      count += 1;
    }
    return count;
  }

  /** Against another writer everything is known anew and decided once more. */
  private async run(bank: string, command: BankCommand): Promise<readonly BankEvent[]> {
    const { store } = this.ports;
    const { decision } = await this.stream.run(keyOf(bank), async (state, now) => {
      await this.apply(bank);
      return decideBank(state, command, {
        bank,
        now,
        releases: store.allReleases(),
        latest: store.latestRelease(bank),
        inForce: store.currentRelease(bank).id,
      });
    });
    await this.apply(bank);
    return decision.events;
  }
}

const keyOf = (bank: string) => ({ tenant: installationTenant, id: bank });
