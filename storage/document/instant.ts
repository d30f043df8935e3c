/** An instant: RFC 3339 in UTC with milliseconds, so that text order is time order. */
export type Instant = string;

/** @param epochMs milliseconds since 1970-01-01T00:00:00Z */
export const toInstant = (epochMs: number): Instant => new Date(epochMs).toISOString();

/** Milliseconds since 1970. Throws RangeError when the text is no instant. */
export function toEpochMs(instant: Instant): number {
  const epochMs = Date.parse(instant);
  if (!Number.isFinite(epochMs)) throw new RangeError(`Not an instant: ${JSON.stringify(instant)}`);
  return epochMs;
}
