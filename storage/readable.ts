/**
 * Of many documents, those that can be read. One that was made or changed past the program belongs to nobody else: who
 * opened the storage is told of it, and the others are given. Without somebody to tell, it is thrown.
 */
import { CorruptStorage } from './port.ts';

/** Told of a document that is refused. */
export type TellOfDocument = (damage: CorruptStorage) => void;

/** Undefined where the one that is read was; it is told then. */
export async function unlessCorrupt<T>(read: Promise<T>, tell: TellOfDocument): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof CorruptStorage)) throw error;
    tell(error);
    return undefined;
  }
}

export function readable<From, To>(
  many: readonly From[],
  read: (one: From) => To,
  tell: TellOfDocument | undefined,
): readonly To[] {
  const found: To[] = [];
  for (const one of many) {
    try {
      found.push(read(one));
    } catch (error) {
      if (tell === undefined || !(error instanceof CorruptStorage)) throw error;
      tell(error);
    }
  }
  return found;
}
