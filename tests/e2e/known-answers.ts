/**
 * What a robot candidate must know to answer rightly: the session's seed (from its journal) and the bank's keys (from
 * its sources).
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { optionHandle, itemHandle, optionOrder } from '../../delivery/sessions/shown-names.ts';
import { sessionKind } from '../../delivery/sessions/run.ts';
import type { Storage } from '../../storage/port.ts';

const bank = join(import.meta.dirname, '../../demonstration/bank');
const files = readdirSync(bank, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.json') && !name.endsWith('slots.json') && !name.endsWith('exposure.json'),
);

interface Keyed {
  readonly id: string;
  readonly key?: number;
}

export class KnownAnswers {
  private constructor(
    private readonly seed: string,
    private readonly keys: ReadonlyMap<string, number>,
  ) {}

  static async of(storage: Storage, tenant: string, session: string): Promise<KnownAnswers> {
    const [first] = await storage.journal.read({ tenant, kind: sessionKind, id: session });
    const seed = first?.events[0]?.['seed'];
    if (typeof seed !== 'string') throw new Error(`session ${session} has no seed`);
    const keys = new Map<string, number>();
    for (const file of files) {
      const items: Keyed[] = JSON.parse(readFileSync(join(bank, file), 'utf8'));
      for (const { id, key } of items) if (key !== undefined) keys.set(id, key);
    }
    return new KnownAnswers(seed, keys);
  }

  private item(handle: string): string {
    for (const id of this.keys.keys()) if (itemHandle(this.seed, id) === handle) return id;
    throw new Error(`no item has the handle ${handle}`);
  }

  /** The right option's handle. */
  right(item: string): string {
    const id = this.item(item);
    return optionHandle(this.seed, id, this.keys.get(id) ?? 0);
  }

  /** A wrong option's handle. */
  wrong(item: string): string {
    const id = this.item(item);
    return optionHandle(this.seed, id, ((this.keys.get(id) ?? 0) + 1) % 3);
  }

  /** The place of the right option on the screen. */
  placeOfRight(item: string): number {
    const id = this.item(item);
    return optionOrder(this.seed, id, 3).indexOf(this.keys.get(id) ?? 0);
  }
}
