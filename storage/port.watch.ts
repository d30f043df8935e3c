/** Who listens to what of a storage: shared by all openings of the same name in this process. */
import type { Key, StreamId } from './port.ts';

interface Listener {
  readonly tenant: string;
  readonly changed: (key: Key) => void;
}
type Appended = (stream: StreamId, version: number) => void;

export class Watchers {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly appends = new Set<Appended>();

  add(collection: string, tenant: string, changed: (key: Key) => void): () => void {
    const listener = { tenant, changed };
    const set = this.listeners.get(collection) ?? new Set();
    set.add(listener);
    this.listeners.set(collection, set);
    return () => {
      set.delete(listener);
    };
  }

  addAppend(appended: Appended): () => void {
    // A function of its own: the same one may listen twice.
    const listener: Appended = (stream, version) => appended(stream, version);
    this.appends.add(listener);
    return () => {
      this.appends.delete(listener);
    };
  }

  tell(collection: string, key: Key): void {
    for (const { tenant, changed } of this.listeners.get(collection) ?? []) if (tenant === key.tenant) changed(key);
  }

  tellAppend(stream: StreamId, version: number): void {
    for (const appended of this.appends) appended(stream, version);
  }

  count(collection: string): number {
    return this.listeners.get(collection)?.size ?? 0;
  }
  get appendCount(): number {
    return this.appends.size;
  }
  get isWatched(): boolean {
    return this.appends.size > 0 || [...this.listeners.values()].some((set) => set.size > 0);
  }
}
