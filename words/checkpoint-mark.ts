/**
 * Number and hash of a checkpoint, short enough for a receipt: `12:9f86-d081-884c-7d65`. Whoever keeps it can have the
 * journal checked against it for ever: 64 bits of the hash are more than anybody finds a second checkpoint for.
 */

export interface MarkedCheckpoint {
  readonly number: number;
  /** SHA-256 in hexadecimal; as read from a mark only how it begins. */
  readonly hash: string;
}

/** Hexadecimal digits that a mark shows at least. */
const shown = 16;

export const checkpointMark = ({ number, hash }: MarkedCheckpoint): string =>
  `${number}:${(hash.slice(0, shown).match(/.{4}/g) ?? []).join('-')}`;

/** A mark, or a whole hash, as it is printed or typed; undefined when it is neither. */
export function readCheckpointMark(typed: string): MarkedCheckpoint | undefined {
  const [, number, hash = ''] = /^\s*(\d{1,9})\s*:([0-9a-f\s-]+)$/i.exec(typed) ?? [];
  const digits = hash.toLowerCase().replace(/[\s-]/g, '');
  return number === undefined || digits.length < shown || digits.length > 64
    ? undefined
    : { number: Number(number), hash: digits };
}
