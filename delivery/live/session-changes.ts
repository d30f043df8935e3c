/** Who must be told that a session changed, by whatever process it was changed. */
import type { Journal } from '../../storage/port.ts';
import { type SessionId, sessionKind } from '../sessions/run.ts';
import { sessionName } from './presence.ts';

type Told = (id: SessionId, version: number) => void;

export class SessionChanges {
  private readonly ofOne = new Map<string, Set<Told>>();
  private readonly ofAll = new Set<Told>();
  private readonly stop: () => void;

  constructor(journal: Journal) {
    this.stop = journal.watch(({ kind, tenant, id }, version) => {
      if (kind !== sessionKind) return;
      const session = { tenant, id };
      for (const told of this.ofOne.get(sessionName(session)) ?? []) told(session, version);
      for (const told of this.ofAll) told(session, version);
    });
  }

  /** @returns how to stop. */
  watch(told: Told): () => void {
    this.ofAll.add(told);
    return () => this.ofAll.delete(told);
  }

  watchOne(id: SessionId, told: (version: number) => void): () => void {
    const name = sessionName(id);
    const set = this.ofOne.get(name) ?? new Set<Told>();
    const listener: Told = (_id, version) => told(version);
    set.add(listener);
    this.ofOne.set(name, set);
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.ofOne.get(name) === set) this.ofOne.delete(name);
    };
  }

  close(): void {
    this.stop();
  }
}
