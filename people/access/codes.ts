/**
 * One-time admission codes: 13 characters of 5 bits (65 bits) that a candidate scans or, if need be, types. Only the
 * hash is stored, under the installation, because whoever brings a code does not know the agency.
 */
import type { Collection, CollectionDefinition } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { sha256 } from '../../storage/document/native-hash.ts';
import { encodeId } from '../../storage/document/id.ts';
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { installation } from '../agencies/agency.ts';

export interface AdmissionCode {
  readonly tenant: string;
  readonly session: string;
  readonly validUntil: Instant;
  /** Pushed by the invigilator to a seat: using it admits. */
  readonly admits: boolean;
  readonly by: string;
  /** Where it was pushed to: it is good there only, and only while that seat waits. */
  readonly seat?: string;
  readonly usedAt?: Instant;
}
export const admissionCodes: CollectionDefinition<AdmissionCode, never> = {
  name: 'admission-codes',
  indexes: {},
  sealed: true,
};
export type AdmissionCodes = Collection<AdmissionCode, never>;

const codeLength = 13;
/** A code printed at registration serves that day; ms. */
export const codeLifeMs = 24 * 3_600_000;
/** A code pushed to a seat is taken at once by the page there; ms. */
export const pushedCodeLifeMs = 120_000;

/** Spaces, dashes and capitals do not matter; o, i and l are read as 0, 1 and 1. */
export const normaliseCode = (typed: string): string =>
  typed
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '')
    .replace(/o/g, '0')
    .replace(/[il]/g, '1');

export const formatCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8)}`;

/** By which the session knows its present code, and storage finds it. */
export const codeHash = (typed: string): string => sha256(`admission|${normaliseCode(typed)}`);

const keyOf = (code: string) => ({ tenant: installation, id: codeHash(code) });

export async function makeCode(
  codes: AdmissionCodes,
  random: (bytes: number) => Uint8Array,
  code: Omit<AdmissionCode, 'validUntil' | 'usedAt'>,
  now: Instant,
): Promise<string> {
  const text = encodeId(random(codeLength));
  const lifeMs = code.admits ? pushedCodeLifeMs : codeLifeMs;
  await codes.insert(keyOf(text), { ...code, validUntil: toInstant(toEpochMs(now) + lifeMs) });
  return formatCode(text);
}

/** Where a code is brought, and whether a seat still waits. */
export interface CodeBringer {
  readonly seat: string | undefined;
  readonly isWaiting: (seat: string) => Promise<boolean>;
}

/**
 * Uses the code up. Undefined when it is unknown, used or expired, or was pushed to another seat or to one that is
 * gone: all look alike from outside. Whether it is the present code of its session, the session says (`arrive`).
 */
export async function useCode(
  codes: AdmissionCodes,
  typed: string,
  now: Instant,
  bringer: CodeBringer,
): Promise<AdmissionCode | undefined> {
  if (normaliseCode(typed).length !== codeLength) return undefined;
  const stored = await codes.get(keyOf(typed));
  if (stored === undefined || stored.value.usedAt !== undefined || stored.value.validUntil < now) return undefined;
  const { seat } = stored.value;
  if (seat !== undefined && (seat !== bringer.seat || !(await bringer.isWaiting(seat)))) return undefined;
  return (await unlessRaced(codes.replace(stored, stored.revision, { ...stored.value, usedAt: now })))?.value;
}
