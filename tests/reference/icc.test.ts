import { createCurves, createItemParameters, evaluate, expectedScore, itemInformation } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { type ReferenceItem, readReference, specOf } from './items.ts';

interface Curve { item: ReferenceItem; probability: number[][]; dProbability: number[][]; d2Probability: number[][]; information: number[]; expectedScore: number[] }
const { theta, items } = readReference<{ theta: number[]; items: Curve[] }>('icc/item-curves.json');

/** 1e-9 relative, 1e-12 absolute near zero; the files have 10 significant digits. */
const close = (got: number, wanted: number): boolean => Math.abs(got - wanted) <= Math.max(1e-9 * Math.abs(wanted), 1e-12);

describe('item curves', () => {
  it.each(items.map((curve) => [curve.item.id, curve] as const))('%s', (_, { item, probability, dProbability, d2Probability, information, expectedScore: scores }) => {
    const bank = createItemParameters([specOf(item)]);
    const curves = createCurves();
    const off: string[] = [];
    theta.forEach((at, n) => {
      const categories = evaluate(bank, 0, at, curves);
      const compare = (name: string, got: ArrayLike<number>, wanted: readonly number[] | undefined): void => {
        for (let k = 0; k < categories; k += 1) if (!close(got[k] ?? NaN, wanted?.[k] ?? NaN)) off.push(`${name}[${k}] at ${at}: ${got[k]} for ${wanted?.[k]}`);
      };
      compare('P', curves.probability, probability[n]);
      compare('P1', curves.first, dProbability[n]);
      compare('P2', curves.second, d2Probability[n]);
      if (!close(itemInformation(bank, 0, at), information[n] ?? NaN)) off.push(`I at ${at}: ${itemInformation(bank, 0, at)} for ${information[n]}`);
      if (!close(expectedScore(bank, 0, at), scores[n] ?? NaN)) off.push(`E at ${at}`);
    });
    expect(off).toEqual([]);
  });
});
