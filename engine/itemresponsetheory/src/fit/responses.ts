/** Responses checked against the items they belong to, and as complete forms where a statistic needs them. */
import { IrtError } from '../errors.ts';
import { type ItemParameters, requireCategory } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';

/** Throws IrtError for another number of items than the bank has, a category outside its item, or no persons. */
export function requireResponses(bank: ItemParameters, data: ResponseMatrix): void {
  if (data.items !== bank.size)
    throw new IrtError('unequal-lengths', 'data.items', data.items, `must be ${bank.size}, as many as the bank has`);
  if (data.persons === 0) throw new IrtError('no-responses', 'data', '[]', 'must have at least one person');
  for (let n = 0; n < data.item.length; n += 1) requireCategory(bank, data.item[n], data.category[n]);
}

/** Categories as persons × items, row-major. Throws IrtError naming the first person without a complete form. */
export function completeForms(data: ResponseMatrix, statistic: string): Uint8Array {
  const { persons, items, rowStart } = data;
  if (persons === 0) throw new IrtError('no-responses', 'data', '[]', 'must have at least one person');
  const forms = new Uint8Array(persons * items).fill(255);
  for (let person = 0; person < persons; person += 1) {
    const [from, to] = [rowStart[person], rowStart[person + 1]];
    for (let n = from; n < to; n += 1) forms[person * items + data.item[n]] = data.category[n];
    for (let item = 0; item < items; item += 1)
      if (forms[person * items + item] === 255)
        throw new IrtError(
          'incomplete-form',
          `person ${person}`,
          `no response to item ${item}`,
          `must have answered every item: ${statistic} needs complete forms`,
        );
  }
  return forms;
}

/** Throws IrtError for fewer than `least` items or persons. */
export function requireAtLeast(field: string, count: number, least: number, statistic: string): void {
  if (count < least) throw new IrtError('too-few', field, count, `must be at least ${least} for ${statistic}`);
}
