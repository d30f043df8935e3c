/**
 * A bank's own record: which releases calibrations added, and which one new sessions use; who, when and why. A stream
 * for each bank.
 */
import { z } from 'zod';
import { ItemParameterRow, Recalibration, type Release } from './release.ts';

export const BankEvent = z.discriminatedUnion('type', [
  z.strictObject({
    schema: z.literal(1),
    type: z.literal('release-published'),
    at: z.iso.datetime(),
    release: z.string(),
    createdAt: z.iso.datetime(),
    recalibration: Recalibration,
    /** In the place of the base's rows of the same items. */
    rows: z.array(ItemParameterRow).min(1),
  }),
  z.strictObject({
    schema: z.literal(1),
    type: z.literal('release-put-in-force'),
    at: z.iso.datetime(),
    release: z.string(),
    previous: z.string(),
    by: z.string(),
    /** The second person. One did it alone in events of before there had to be two. */
    confirmedBy: z.string().optional(),
    reason: z.string(),
  }),
]);
export type BankEvent = z.infer<typeof BankEvent>;
export type ReleasePublished = Extract<BankEvent, { type: 'release-published' }>;
export type ReleasePutInForce = Extract<BankEvent, { type: 'release-put-in-force' }>;

export interface BankState {
  readonly published: readonly ReleasePublished[];
  /** The last choice, with the version of the stream it was made at. */
  readonly inForce?: ReleasePutInForce & { readonly version: number };
  readonly choices: readonly ReleasePutInForce[];
}
export const emptyBank: BankState = { published: [], choices: [] };

export function evolveBank(state: BankState = emptyBank, event: BankEvent, version: number): BankState {
  switch (event.type) {
    case 'release-published':
      return { ...state, published: [...state.published, event] };
    case 'release-put-in-force':
      return { ...state, choices: [...state.choices, event], inForce: { ...event, version } };
  }
}

/** The base with the event's rows in the place of its own: the same release whenever it is made. */
export function releaseOf(base: Release, { release, createdAt, recalibration, rows }: ReleasePublished): Release {
  const replaced = new Map(rows.map((row) => [row.id, row]));
  const known = new Set(base.parameters.map(({ id }) => id));
  return {
    ...base,
    id: release,
    createdAt,
    recalibration,
    parameters: [
      ...base.parameters.map((row) => replaced.get(row.id) ?? row),
      ...rows.filter(({ id }) => !known.has(id)),
    ],
  };
}

/**
 * The bank's name and the number of the release in it: the third is mo-3, or the first number after that which is free.
 */
export function nextReleaseId(bank: string, releases: readonly Pick<Release, 'id' | 'bank'>[]): string {
  const taken = new Set(releases.map(({ id }) => id));
  let number = releases.filter((release) => release.bank === bank).length + 1;
  while (taken.has(`${bank}-${number}`)) number += 1;
  return `${bank}-${number}`;
}
