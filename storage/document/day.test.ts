import { describe, expect, it } from 'vitest';
import { dayOf, daysBetween } from './day.ts';

describe('the day of an instant', () => {
  it.each([
    ['in winter, an hour before midnight in Brussels', '2026-01-14T21:59:59.999Z', '2026-01-14'],
    ['in winter, at midnight in Brussels', '2026-01-14T23:00:00.000Z', '2026-01-15'],
    ['in summer, before midnight in Brussels', '2026-07-14T21:59:59.999Z', '2026-07-14'],
    ['in summer, at midnight in Brussels', '2026-07-14T22:00:00.000Z', '2026-07-15'],
    ['the last of a year', '2026-12-31T23:30:00.000Z', '2027-01-01'],
  ])('%s', (_, instant, day) => {
    expect(dayOf(instant)).toBe(day);
  });
});

describe('days between two days', () => {
  it.each([
    ['2026-11-27', '2026-11-27', 0],
    ['2026-11-27', '2026-11-28', 1],
    ['2026-11-28', '2026-11-27', -1],
    ['2026-03-28', '2026-03-30', 2],
    ['2028-02-28', '2028-03-01', 2],
    ['2026-01-01', '2027-01-01', 365],
  ])('%s, %s', (from, to, days) => {
    expect(daysBetween(from, to)).toBe(days);
  });
});
