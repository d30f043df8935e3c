/**
 * Documents that were made or changed past the program: each is named once, and whoever reads many goes on with the
 * others (storage/readable.ts).
 */
import type { CorruptStorage } from '../storage/port.ts';
import type { TellOfDocument } from '../storage/readable.ts';

export class RefusedDocuments {
  private readonly told = new Set<string>();

  /** @param name of those that are not named elsewhere */
  constructor(private readonly name: TellOfDocument = () => undefined) {}

  /** How many there are, as far as this process has met them. */
  get count(): number {
    return this.told.size;
  }

  /** Where each of them lies. */
  get places(): readonly string[] {
    return [...this.told];
  }

  readonly tell: TellOfDocument = (damage: CorruptStorage) => {
    if (this.told.has(damage.where)) return;
    this.told.add(damage.where);
    this.name(damage);
  };
}
