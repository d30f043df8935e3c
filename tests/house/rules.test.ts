/** The list of rules that `npm run mutate` breaks fits the sources. */
import { describe, expect, it } from 'vitest';
import { complaints, readRules } from '../mutate/run.mjs';

describe('the list of rules', () => {
  it('has at least eighty, each where its file says', () => {
    expect(complaints(readRules())).toEqual([]);
    expect(readRules().length).toBeGreaterThanOrEqual(80);
  });
});
