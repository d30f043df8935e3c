/**
 * A day as people at a centre count it, YYYY-MM-DD: text order is time order. Which day an instant belongs to is
 * decided in Brussels, where the tests are taken.
 */
import { type Instant, toEpochMs } from './instant.ts';

export type Day = string;

const dayMs = 24 * 3_600_000;
/** Swedish writes a date as ISO 8601 does. */
const brussels = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Brussels' });

export const dayOf = (instant: Instant): Day => brussels.format(toEpochMs(instant));

/** Days from the first to the second; negative when the second is earlier. */
export const daysBetween = (from: Day, to: Day): number => Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
