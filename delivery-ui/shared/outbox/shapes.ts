/**
 * Operations that an older page kept, in the words of this one. A version of the wire that changes an operation gets a
 * step here, which makes of its old form the new one; the outbox keeps each operation with the version it was made in.
 */
import { protocolVersion } from '../../../server/http/wire.ts';
import type { SentOperation } from './operation.ts';

/** From the version that it stands under to the next. */
export type ShapeChange = (operation: SentOperation) => SentOperation;

/** No version has changed an operation yet. */
const steps: ReadonlyMap<number, ShapeChange> = new Map();

export function inPresentShape(
  operation: SentOperation,
  madeIn: number,
  all = steps,
  present = protocolVersion,
): SentOperation {
  let shaped = operation;
  for (let version = madeIn; version < present; version += 1) shaped = all.get(version)?.(shaped) ?? shaped;
  return shaped;
}
