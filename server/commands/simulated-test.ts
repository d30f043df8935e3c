/** The adaptive part that is simulated: of this installation, or of the demonstration where there is none. */
import type { AdaptiveBank } from '../../engine/adaptive/bank.ts';
import { loadDemonstration } from '../../demonstration/bank.ts';
import { adaptiveBank } from '../../item-bank/releases/adaptive-test.ts';
import type { Release } from '../../item-bank/releases/release.ts';
import type { AdaptivePart, Specification } from '../../item-bank/specifications/specification.ts';
import { demonstrationFolder } from '../machine.ts';
import { inInstallation } from './installation.ts';
import { UsageError } from './usage-error.ts';

export interface TestToSimulate {
  readonly specification: Specification;
  readonly part: AdaptivePart;
  readonly bank: AdaptiveBank;
  /** Ids of the releases that the bank is made of. */
  readonly releases: readonly string[];
}

/** What is kept: every release, and of each bank the one that new sessions use. */
interface Kept {
  readonly specifications: readonly Specification[];
  readonly releases: readonly Release[];
  inForce(bank: string): Release | undefined;
}

async function kept(): Promise<Kept> {
  const here = await inInstallation(({ bank: store }) => {
    const releases = store.allReleases();
    const banks = [...new Set(releases.map(({ bank }) => bank))];
    const current = new Map(banks.map((bank) => [bank, store.currentRelease(bank)]));
    const ids = [...new Set(store.allSpecifications().map(({ id }) => id))];
    const specifications = ids.map((id) => store.currentSpecification(id));
    return Promise.resolve({ specifications, releases, inForce: (bank: string) => current.get(bank) });
  });
  if (here !== undefined && here.specifications.length > 0) return here;
  const { specifications, releases } = await loadDemonstration(demonstrationFolder);
  return { specifications, releases, inForce: (bank) => releases.find((release) => release.bank === bank) };
}

function specificationOf(specifications: readonly Specification[], id: string): Specification {
  const specification = specifications.find((candidate) => candidate.id === id);
  if (specification === undefined)
    throw new UsageError('simulate.unknown-specification', {
      id,
      known: specifications.map((one) => one.id).join(', '),
    });
  return specification;
}

function releaseOf(releases: readonly Release[], { id, banks }: Specification, name: string): Release {
  const release = releases.find((candidate) => candidate.id === name);
  if (release === undefined)
    throw new UsageError('simulate.unknown-release', {
      release: name,
      known: releases.map((one) => one.id).join(', '),
    });
  if (!banks.includes(release.bank))
    throw new UsageError('simulate.foreign-release', { release: name, bank: release.bank, id });
  return release;
}

/** `release`: in the place of the one in force in its bank. Throws UsageError. */
export async function simulatedTest(id: string, release: string | undefined): Promise<TestToSimulate> {
  const { specifications, releases, inForce } = await kept();
  const specification = specificationOf(specifications, id);
  const part = specification.parts.find((candidate) => candidate.kind === 'adaptive');
  if (part === undefined) throw new UsageError('simulate.nothing-adaptive', { id });
  const asked = release === undefined ? undefined : releaseOf(releases, specification, release);
  const pinned = specification.banks.flatMap((bank) => (asked?.bank === bank ? asked : (inForce(bank) ?? [])));
  const items = pinned.flatMap((one) => one.items);
  const parameters = pinned.flatMap((one) => one.parameters);
  return { specification, part, bank: adaptiveBank(part, items, parameters), releases: pinned.map((one) => one.id) };
}
