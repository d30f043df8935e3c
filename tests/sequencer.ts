/**
 * The order of the files of tests: what takes minutes begins first, so that no process stands idle at the end while the
 * last long file runs. Within a folder vitest's own order holds (on a fresh machine: the largest file first).
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first. */
const slowest = ['tests/mutate/', 'tests/e2e/', 'tests/faults/', 'tests/security/', 'tests/', 'server/'];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const file = relative(import.meta.dirname, moduleId);
  const from = file.startsWith('..') ? file.slice(3) : `tests/${file}`;
  const rank = slowest.findIndex((folder) => from.startsWith(folder));
  return rank === -1 ? slowest.length : rank;
};

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
