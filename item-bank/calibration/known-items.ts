/** Responses to items whose parameters are known: the others are left out, and said. Pure. */
import { type ItemParameters, type ItemSpec, createItemParameters } from 'itemresponsetheory';
import { ResponseFileError } from './response-file-error.ts';
import { keepItems } from './response-rows.ts';
import type { Remark, ResponseData } from './stream-responses.ts';
import { type Usable, usableOf } from './usable.ts';

export interface KnownItems {
  readonly usable: Usable;
  /** Of the items that are used, in their order. */
  readonly specs: readonly ItemSpec[];
  readonly bank: ItemParameters;
  readonly remarks: readonly Remark[];
}

/** Known parameters are on one scale, whoever took what. Throws ResponseFileError for fewer than two known items. */
export function knownItems(data: ResponseData, parameters: readonly ItemSpec[]): KnownItems {
  const known = new Map(parameters.map((spec) => [spec.id, spec]));
  const columns = Uint32Array.from(data.items.flatMap((item, n) => (known.has(item) ? [n] : [])));
  const names = Array.from(columns, (item) => data.items[item] ?? '');
  if (names.length < 2)
    throw new ResponseFileError(
      'too-few-items',
      `${names.length} items of the responses have parameters: 2 are needed`,
      { items: names.length },
    );
  const usable = usableOf(keepItems(data.matrix, columns), names, { equivalentGroups: true });
  const specs = Array.from(usable.items, (item) => names[item] ?? '').flatMap((item) => known.get(item) ?? []);
  const unknown = data.items.filter((item) => !known.has(item));
  return {
    usable,
    specs,
    bank: createItemParameters(specs),
    remarks: [
      ...data.remarks,
      ...(unknown.length > 0
        ? [{ code: 'without-parameters', count: unknown.length, names: unknown.slice(0, 20) }]
        : []),
      ...usable.remarks.filter(({ code }) => code !== 'equivalent-groups'),
    ],
  };
}
