import { expect, it } from 'vitest';
import { defined } from './defined.ts';

it('leaves out what is undefined, and nothing else', () => {
  const found: { readonly one: number; readonly two?: string; readonly three?: null } = defined({
    one: 0,
    two: undefined,
    three: null,
  });
  expect(found).toStrictEqual({ one: 0, three: null });
});
