import { describe, expect, it } from 'vitest';
import type { SentOperation } from './operation.ts';
import { type ShapeChange, inPresentShape } from './shapes.ts';

const operation: SentOperation = { kind: 'answer', opId: 'operation-00000001', seq: 3, handle: 'item', option: 'a' };
const renamed =
  (name: string): ShapeChange =>
  (old) =>
    old.kind === 'answer' ? { ...old, option: `${old.option}${name}` } : old;
const steps = new Map<number, ShapeChange>([
  [1, renamed('2')],
  [3, renamed('4')],
]);

describe('an operation of an older page', () => {
  it.each([
    [1, 4, 'a24'],
    [2, 4, 'a4'],
    [1, 3, 'a2'],
    [4, 4, 'a'],
    [1, 1, 'a'],
  ])('made in version %i goes through every step to version %i', (madeIn, present, option) =>
    expect(inPresentShape(operation, madeIn, steps, present)).toEqual({ ...operation, option }),
  );
});
