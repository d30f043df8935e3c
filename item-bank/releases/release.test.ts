import { createItemParameters } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { canonicalJson, jsonObject } from '../../storage/document/json.ts';
import { parametersFrom } from '../calibration/parameter-file.ts';
import { release } from './example.suite.ts';
import { ItemParameterRow, Release, specOf } from './release.ts';

describe('a row of a release', () => {
  const row: ItemParameterRow = {
    id: 'L3',
    model: 'logistic',
    slope: 1.2,
    difficulty: 0.7,
    lower: 0.2,
    exposure: 1,
    origin: 'calibrated',
    standardError: 0.1,
  };
  it('without a lower asymptote reads and is written as it always was', () => {
    const before = canonicalJson(jsonObject(release));
    expect(before).not.toContain('lower');
    expect(canonicalJson(jsonObject(Release.parse(JSON.parse(before))))).toBe(before);
    expect(specOf({ id: 'L3', slope: 1.2, difficulty: 0.7 })).toEqual({
      model: 'logistic',
      id: 'L3',
      slope: 1.2,
      difficulty: 0.7,
    });
  });
  it('keeps the chance of guessing right, as an anchor too', () => {
    expect(ItemParameterRow.parse(JSON.parse(JSON.stringify(row)))).toEqual(row);
    expect(createItemParameters([specOf(row)]).lower[0]).toBe(0.2);
    expect(parametersFrom({ parameters: [row] }, 'release').parameters[0]).toMatchObject({
      slope: 1.2,
      difficulty: 0.7,
      lower: 0.2,
    });
  });
  it.each([-0.1, 1, 1.2])('refuses a lower asymptote of %s', (lower) =>
    expect(ItemParameterRow.safeParse({ ...row, lower }).success).toBe(false),
  );
});
