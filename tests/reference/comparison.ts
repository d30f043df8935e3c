/**
 * Numbers of a fixture beside ours. What the fixture calls disputed is not held against the peer's number: there the
 * named definition must hold, where the test has one, or our likelihood must not be below the peer's.
 */
import { expect } from 'vitest';

export interface Disputable {
  /** `path` as in `items[3].b`; it covers everything below it. */
  readonly disputed?: readonly { readonly path: string; readonly why: string }[];
}

/** `items[3].b`, `items.3.b` and `/items/3/b` are one path. */
export const segmentsOf = (path: string): string[] => path.split(/[./[\]]+/).filter((segment) => segment !== '');

/** A number of a fixture: null is undefined, infinity a string. */
export type PeerNumber = number | string | null;

export interface Closeness {
  /** Absolute. */
  readonly within: number;
  /** And relative to the peer's number, default 0. */
  readonly share?: number;
  /** What our own definition gives: it must hold where the peer's number is disputed. */
  readonly definition?: number;
}

export class Comparison {
  readonly off: string[] = [];
  private compared = 0;
  private readonly disputed: readonly (readonly string[])[];

  constructor(fixture: Disputable) {
    this.disputed = (fixture.disputed ?? []).map(({ path }) => segmentsOf(path));
  }

  isDisputed(path: string): boolean {
    const own = segmentsOf(path);
    return this.disputed.some((segments) => segments.every((segment, n) => segment === own[n]));
  }

  /** What the fixture does not have is not compared; null must be NaN or absent here. */
  near(path: string, ours: number | undefined, theirs: PeerNumber | undefined, closeness: Closeness): void {
    if (theirs === undefined) return;
    this.compared += 1;
    const { within, share = 0, definition } = closeness;
    const isDisputed = this.isDisputed(path);
    if (isDisputed && definition === undefined) return;
    const wanted = isDisputed ? (definition ?? null) : theirs;
    const here = ours ?? NaN;
    const value = wanted === null ? NaN : Number(wanted);
    const isNear = Number.isFinite(value)
      ? Math.abs(here - value) <= within + share * Math.abs(value)
      : Object.is(here, value);
    if (!isNear) this.off.push(`${path}: ${here} for ${value}`);
  }

  /** Every number of a list. */
  all(path: string, ours: ArrayLike<number> | undefined, theirs: readonly PeerNumber[], closeness: Closeness): void {
    theirs.forEach((value, n) => this.near(`${path}[${n}]`, ours?.[n], value, closeness));
  }

  same(path: string, ours: unknown, theirs: unknown): void {
    if (theirs === undefined) return;
    this.compared += 1;
    if (this.isDisputed(path) || JSON.stringify(ours) === JSON.stringify(theirs)) return;
    this.off.push(`${path}: ${JSON.stringify(ours)} for ${JSON.stringify(theirs)}`);
  }

  /** Fails on any difference, and where nothing was compared. */
  done(): void {
    expect(this.off).toEqual([]);
    expect(this.compared).toBeGreaterThan(0);
  }
}
