/**
 * Publishes releases made by calibrations and puts them in force. The journal is written first; what follows from it is
 * applied as often as needed.
 */
import type { Instant } from '../../storage/document/instant.ts';
import { toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { jsonObject } from '../../storage/document/json.ts';
import {
  DuplicateKey,
  type Journal,
  RevisionConflict,
  VersionConflict,
  genesisHash,
  installationTenant,
} from '../../storage/port.ts';
import { BankEvent, type BankState, emptyBank, evolveBank, nextReleaseId, releaseOf } from './bank.ts';
import type { ItemParameterRow, Recalibration, Release } from './release.ts';
import type { ReleaseStore } from './store.ts';

export const bankKind = 'bank';
/** The consequence of every commit of a bank's stream. */
export const bankChanged = 'bank-changed';

export type BankRefusal =
  'base-superseded' | 'published-already' | 'unknown-item' | 'nothing-chosen' | 'unknown-release' | 'in-force-already';
export class BankRefused extends Error {
  constructor(
    readonly code: BankRefusal,
    why: string,
  ) {
    super(why);
    this.name = 'BankRefused';
  }
}

export interface Publication extends Omit<Recalibration, 'replaced'> {
  readonly rows: readonly ItemParameterRow[];
}
export interface Choice {
  readonly release: string;
  readonly by: string;
  readonly reason: string;
}

interface LoadedBank {
  readonly state: BankState;
  readonly version: number;
  readonly hash: string;
}

/** Tries before a command gives up against other writers of the same stream. */
const attempts = 8;

export class Banks {
  constructor(
    private readonly ports: { readonly journal: Journal; readonly store: ReleaseStore; readonly now: () => Instant },
  ) {}

  async load(bank: string): Promise<LoadedBank> {
    const commits = await this.ports.journal.read({ tenant: installationTenant, kind: bankKind, id: bank });
    const state = commits.reduce(
      (before, { version, events }) =>
        events.reduce((now, event) => evolveBank(now, BankEvent.parse(event), version), before),
      emptyBank,
    );
    return { state, version: commits.at(-1)?.version ?? 0, hash: commits.at(-1)?.hash ?? genesisHash };
  }

  /**
   * A new release, one version higher, with the chosen parameters; not in force yet. Throws BankRefused,
   * UnknownPublication.
   */
  async publish(bank: string, { rows, ...grounds }: Publication): Promise<Release> {
    const event = await this.append(bank, ({ published }) => {
      const { store, now } = this.ports;
      const base = store.latestRelease(bank);
      if (published.some(({ recalibration }) => recalibration.job === grounds.job))
        throw new BankRefused('published-already', `calibration ${grounds.job} is published already`);
      if (base.id !== grounds.base)
        throw new BankRefused('base-superseded', `${base.id} was published after ${grounds.base}: calibrate once more`);
      if (rows.length === 0)
        throw new BankRefused('nothing-chosen', 'a release needs new parameters of one item at least');
      const stranger = rows.find(({ id }) => !base.items.some((item) => item.id === id && item.kind === 'choice'));
      if (stranger !== undefined)
        throw new BankRefused('unknown-item', `${base.id} has no item ${stranger.id} with parameters`);
      const at = now();
      // Later than its base even where clocks differ: the newest release is found by this instant.
      const createdAt = at > base.createdAt ? at : toInstant(toEpochMs(base.createdAt) + 1);
      return {
        schema: 1,
        type: 'release-published',
        at,
        release: nextReleaseId(bank, store.allReleases()),
        createdAt,
        recalibration: { ...grounds, replaced: rows.map(({ id }) => id) },
        rows: [...rows],
      };
    });
    const release = this.ports.store.allReleases().find(({ id }) => id === event.release);
    if (release === undefined) throw new BankRefused('unknown-release', `${event.release} was not made`);
    return release;
  }

  /** From now on new sittings pin this release; those that run keep theirs. Throws BankRefused. */
  async putInForce(bank: string, { release, by, reason }: Choice): Promise<void> {
    await this.append(bank, () => {
      const { store, now } = this.ports;
      if (!store.allReleases().some(({ id, bank: of }) => id === release && of === bank))
        throw new BankRefused('unknown-release', `${bank} has no release ${release}`);
      const previous = store.currentRelease(bank).id;
      if (previous === release) throw new BankRefused('in-force-already', `${release} is in force already`);
      return { schema: 1, type: 'release-put-in-force', at: now(), release, previous, by, reason };
    });
  }

  /** Makes the releases and the choice as the stream says; doing it again changes nothing. */
  async apply(bank: string): Promise<void> {
    const { store } = this.ports;
    const { state } = await this.load(bank);
    for (const event of state.published) {
      if (store.allReleases().some(({ id }) => id === event.release)) continue;
      const base = store.allReleases().find(({ id }) => id === event.recalibration.base);
      if (base === undefined)
        throw new BankRefused(
          'unknown-release',
          `${event.release} is made of ${event.recalibration.base}, which is not here`,
        );
      await store.publishRelease(releaseOf(base, event));
    }
    if (state.inForce === undefined) return;
    try {
      await store.putInForce({ bank, release: state.inForce.release, version: state.inForce.version });
    } catch (error) {
      // Another process applied the same stream first.
      if (!(error instanceof RevisionConflict) && !(error instanceof DuplicateKey)) throw error;
    }
  }

  /** Against another writer everything is known anew and decided once more. */
  private async append(bank: string, decide: (state: BankState) => BankEvent): Promise<BankEvent> {
    for (let attempt = 1; ; attempt += 1) {
      await this.apply(bank);
      const { state, version, hash } = await this.load(bank);
      const event = decide(state);
      try {
        await this.ports.journal.append(
          { tenant: installationTenant, kind: bankKind, id: bank },
          {
            expectedVersion: version,
            previousHash: hash,
            at: event.at,
            events: [jsonObject(event)],
            pending: [{ kind: bankChanged, data: { bank } }],
          },
        );
      } catch (error) {
        if (!(error instanceof VersionConflict) || attempt >= attempts) throw error;
        continue;
      }
      await this.apply(bank);
      return event;
    }
  }
}
