/** Releases and specifications: immutable once published, kept in storage, held in memory, pinned by sessions. */
import { z } from 'zod';
import {
  type Collection,
  type CollectionDefinition,
  CorruptStorage,
  DuplicateKey,
  type Storage,
} from '../../storage/port.ts';
import { canonicalJson, jsonObject, type JsonObject } from '../../storage/document/json.ts';
import {
  type Specification,
  Specification as SpecificationSchema,
  type SpecificationId,
} from '../specifications/specification.ts';
import type { ItemVersion } from '../items/item.ts';
import { adaptiveBank, adaptiveTest } from './adaptive-test.ts';
import type { PinnedTest } from './pinned-test.ts';
import { type ItemParameterRow, Release } from './release.ts';

interface Published {
  readonly kind: 'release' | 'specification' | 'in-force';
  readonly content: JsonObject;
}
export const publications: CollectionDefinition<Published, 'kind'> = {
  name: 'published',
  indexes: { kind: { fields: ['kind'] } },
  sealed: true,
  replaceable: true,
};

/** Documents that every agency uses belong to the installation. */
const tenant = 'installation';

export class ImmutablePublication extends Error {
  readonly code = 'immutable-publication';
  constructor(id: string) {
    super(`${id} is published already, with other content: give it a new id or version`);
    this.name = 'ImmutablePublication';
  }
}
export class UnknownPublication extends Error {
  readonly code = 'unknown-publication';
  constructor(id: string) {
    super(`${id} is not published here`);
    this.name = 'UnknownPublication';
  }
}

/** Which release of a bank new sessions pin: projection of the bank's stream up to `version`. */
const InForce = z.strictObject({ bank: z.string(), release: z.string(), version: z.int().positive() });
type InForce = z.infer<typeof InForce>;

/** Equal text, equal content: what a specification of before did not say counts as what it meant. */
const asRead = ({ kind, content }: Published): string =>
  canonicalJson(kind === 'specification' ? SpecificationSchema.parse(content) : content);

/** What was pinned was published then: nothing of ours takes it away. */
const notHere = (id: string): CorruptStorage =>
  new CorruptStorage(`${publications.name} ${tenant}/${id}`, 'was published, and is missing or was changed');

const specificationKey = (id: string, version: number): string => `specification-${id}-${version}`;

export class ReleaseStore {
  private readonly releases = new Map<string, Release>();
  private readonly specifications = new Map<string, Specification>();
  private readonly inForce = new Map<string, InForce>();
  private readonly pinned = new Map<string, PinnedTest>();

  private constructor(private readonly collection: Collection<Published, 'kind'>) {}

  static async open(storage: Storage): Promise<ReleaseStore> {
    const store = new ReleaseStore(await storage.collection(publications));
    await store.reload();
    return store;
  }

  /** Reads what other processes published. */
  async reload(): Promise<void> {
    for (const kind of ['release', 'specification', 'in-force'] as const) {
      for (const { value } of (await this.collection.find(tenant, { index: 'kind', equal: [kind], limit: 1000 }))
        .documents)
        this.keep(value);
    }
  }

  /** From now on what other processes publish is known here too. @returns how to stop. */
  follow(failed: (error: unknown) => void): () => void {
    return this.collection.watch(tenant, ({ id }) => {
      this.collection
        .get({ tenant, id })
        .then((stored) => {
          if (stored !== undefined) this.keep(stored.value);
        })
        .catch(failed);
    });
  }

  async publishRelease(release: Release): Promise<void> {
    await this.publish(`release-${release.id}`, { kind: 'release', content: jsonObject(Release.parse(release)) });
  }

  async publishSpecification(specification: Specification): Promise<void> {
    await this.publish(specificationKey(specification.id, specification.version), {
      kind: 'specification',
      content: jsonObject(SpecificationSchema.parse(specification)),
    });
  }

  /**
   * A later version of the bank's stream wins, whoever writes last. Throws UnknownPublication, RevisionConflict,
   * DuplicateKey.
   */
  async putInForce(content: InForce): Promise<void> {
    if (!this.releases.has(content.release)) throw new UnknownPublication(content.release);
    const key = { tenant, id: `in-force-${content.bank}` };
    const stored = await this.collection.get(key);
    const published: Published = { kind: 'in-force', content };
    if (stored === undefined) await this.collection.insert(key, published);
    else if (InForce.parse(stored.value.content).version < content.version)
      await this.collection.replace(key, stored.revision, published);
    this.keep(
      stored !== undefined && InForce.parse(stored.value.content).version >= content.version ? stored.value : published,
    );
  }

  /** Idempotent for equal content. Throws ImmutablePublication otherwise. */
  private async publish(id: string, published: Published): Promise<void> {
    try {
      await this.collection.insert({ tenant, id }, published);
    } catch (error) {
      if (!(error instanceof DuplicateKey)) throw error;
      const stored = await this.collection.get({ tenant, id });
      // One that is refused is there and counts for nothing: what is given counts in this process.
      if (stored !== undefined && asRead(stored.value) !== asRead(published)) throw new ImmutablePublication(id);
    }
    this.keep(published);
  }

  private keep({ kind, content }: Published): void {
    if (kind === 'release') {
      const release = Release.parse(content);
      // Published again = published last: it wins over another of the same instant.
      this.releases.delete(release.id);
      this.releases.set(release.id, release);
      return;
    }
    if (kind === 'in-force') {
      const given = InForce.parse(content);
      if (given.version > (this.inForce.get(given.bank)?.version ?? 0)) this.inForce.set(given.bank, given);
      return;
    }
    const specification = SpecificationSchema.parse(content);
    this.specifications.set(specificationKey(specification.id, specification.version), specification);
  }

  allReleases(): readonly Release[] {
    return [...this.releases.values()];
  }
  allSpecifications(): readonly Specification[] {
    return [...this.specifications.values()];
  }

  private newest(bank: string, holds: (release: Release) => boolean): Release | undefined {
    return this.allReleases()
      .filter((release) => release.bank === bank && holds(release))
      .reduce<Release | undefined>(
        (best, release) => (best === undefined || release.createdAt >= best.createdAt ? release : best),
        undefined,
      );
  }

  /**
   * The release in force, which new sessions use: the one that a designer chose; where nobody chose yet the newest that
   * no calibration made, of the same instant the one published last.
   */
  currentRelease(bank: string): Release {
    const chosen = this.inForce.get(bank);
    const release =
      (chosen === undefined ? undefined : this.releases.get(chosen.release)) ??
      this.newest(bank, ({ recalibration }) => recalibration === undefined);
    if (release === undefined) throw new UnknownPublication(`a release of bank ${bank}`);
    return release;
  }

  /** The release published last, in force or not. */
  latestRelease(bank: string): Release {
    const newest = this.newest(bank, () => true);
    if (newest === undefined) throw new UnknownPublication(`a release of bank ${bank}`);
    return newest;
  }

  currentSpecification(id: SpecificationId): Specification {
    const newest = this.allSpecifications()
      .filter((specification) => specification.id === id)
      .sort((a, b) => b.version - a.version)[0];
    if (newest === undefined) throw new UnknownPublication(`a specification ${id}`);
    return newest;
  }

  /** The newest specification of every test, by name. */
  offeredTests(): Specification[] {
    return [...new Set(this.allSpecifications().map(({ id }) => id))].sort().map((id) => this.currentSpecification(id));
  }

  /** What a registration pins today. */
  currentTest(id: SpecificationId): {
    readonly specification: number;
    readonly releases: Readonly<Record<string, string>>;
    readonly languages: Specification['languages'];
    readonly synthetic: boolean;
    readonly personalExposure: Specification['personalExposure'];
    /** Of each bank, the items that are given for a score or on trial. */
    readonly items: readonly (readonly string[])[];
  } {
    const { version, banks, languages, synthetic, personalExposure } = this.currentSpecification(id);
    return {
      specification: version,
      languages,
      synthetic,
      personalExposure,
      releases: Object.fromEntries(banks.map((bank) => [bank, this.currentRelease(bank).id])),
      items: banks.map((bank) =>
        this.currentRelease(bank).items.flatMap((item) => (item.use === 'practice' ? [] : [item.id])),
      ),
    };
  }

  private named(releases: Readonly<Record<string, string>>): readonly Release[] {
    return Object.values(releases).map((release) => {
      const found = this.releases.get(release);
      if (found === undefined) throw notHere(`release-${release}`);
      return found;
    });
  }

  /** An item of the releases that a session pinned. Throws CorruptStorage; undefined when none of them has it. */
  pinnedItem(releases: Readonly<Record<string, string>>, id: string): ItemVersion | undefined {
    return this.named(releases)
      .flatMap(({ items }) => items)
      .find((item) => item.id === id);
  }

  /** The parameters of one, likewise. */
  pinnedParameters(releases: Readonly<Record<string, string>>, id: string): ItemParameterRow | undefined {
    return this.named(releases)
      .flatMap(({ parameters }) => parameters)
      .find((row) => row.id === id);
  }

  /** The test as a session pinned it. Throws CorruptStorage. */
  pinnedTest(id: SpecificationId, version: number, releases: Readonly<Record<string, string>>): PinnedTest {
    const name = canonicalJson({ id, version, releases });
    const known = this.pinned.get(name);
    if (known !== undefined) return known;
    const specification = this.specifications.get(specificationKey(id, version));
    if (specification === undefined) throw notHere(specificationKey(id, version));
    const pinned = this.named(releases);
    const items = pinned.flatMap((release) => release.items);
    const part = specification.parts.find((candidate) => candidate.kind === 'adaptive');
    const test: PinnedTest = {
      specification,
      items: new Map(items.map((item) => [item.id, item])),
      adaptive:
        part === undefined
          ? undefined
          : adaptiveTest(
              part,
              adaptiveBank(
                part,
                items,
                pinned.flatMap((release) => release.parameters),
              ),
            ),
    };
    this.pinned.set(name, test);
    return test;
  }
}
