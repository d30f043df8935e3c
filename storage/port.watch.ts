/** Who listens to which collection of a storage: shared by all openings of the same name in this process. */
import type { Key } from './port.ts';

interface Listener {
  readonly tenant: string;
  readonly changed: (key: Key) => void;
}

export class Watchers {
  private readonly listeners = new Map<string, Set<Listener>>();

  add(collection: string, tenant: string, changed: (key: Key) => void): () => void {
    const listener = { tenant, changed };
    const set = this.listeners.get(collection) ?? new Set();
    set.add(listener);
    this.listeners.set(collection, set);
    return () => {
      set.delete(listener);
    };
  }

  tell(collection: string, key: Key): void {
    for (const { tenant, changed } of this.listeners.get(collection) ?? []) if (tenant === key.tenant) changed(key);
  }

  count(collection: string): number {
    return this.listeners.get(collection)?.size ?? 0;
  }
}
