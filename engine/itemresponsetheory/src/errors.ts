/**
 * Bad input, named: which argument, which value, which rule.
 *
 * @example
 * ```ts
 * import { IrtError, createItemParameters } from 'itemresponsetheory';
 *
 * try {
 *   createItemParameters([{ model: 'logistic', id: 'broken', difficulty: NaN }]);
 * } catch (error) {
 *   if (error instanceof IrtError) console.log(error.code, error.field); // → not-finite items[0] (broken).difficulty
 * }
 * ```
 */
export class IrtError extends Error {
  constructor(
    readonly code: string,
    readonly field: string,
    readonly value: unknown,
    readonly rule: string,
  ) {
    super(`${field}: ${String(value)} ${rule}`);
    this.name = 'IrtError';
  }
}

export function requireFinite(field: string, value: number): void {
  if (!Number.isFinite(value)) throw new IrtError('not-finite', field, value, 'must be a finite number');
}
