/**
 * Consequences that this program does not know: a later version wrote them, or an earlier one did whose kind is gone.
 * They are kept apart, so that they neither block what follows nor are lost, and are tried again at each start.
 */
import { sha256 } from '../document/hash.ts';
import type { Instant } from '../document/instant.ts';
import { everyDocument } from '../pages.ts';
import {
  type Collection,
  type CollectionDefinition,
  type Consequence,
  type Storage,
  installationTenant,
} from '../port.ts';
import { unlessRaced } from '../raced.ts';
import { streamKey } from './stream-name.ts';
import type { Origin } from './origin.ts';

/** Thrown by who applies a consequence of a kind, or with data, that it does not know. */
export class UnknownConsequence extends Error {
  readonly code = 'unknown-consequence';
  constructor(kind: string, options?: ErrorOptions) {
    super(`no handler for a consequence of kind "${kind}" with such data`, options);
    this.name = 'UnknownConsequence';
  }
}

export interface SetAside {
  readonly origin: Origin;
  readonly consequence: Consequence;
  readonly at: Instant;
}
export const setAsideConsequences: CollectionDefinition<SetAside, 'at'> = {
  name: 'set-aside-consequences',
  indexes: { at: { fields: ['at'] } },
  sealed: true,
};
export type SetAsideConsequences = Collection<SetAside, 'at'>;

/** Idempotent: one document for one consequence. */
export async function setAside(all: SetAsideConsequences, one: SetAside): Promise<void> {
  const { stream, version, position } = one.origin;
  const id = sha256(JSON.stringify([streamKey(stream), version, position]));
  await unlessRaced(all.insert({ tenant: installationTenant, id }, one));
}

/** Applies what is known by now, and takes it out; returns how many. Throws what `apply` throws of a known one. */
export async function takeUpSetAside(
  storage: Storage,
  apply: (consequence: Consequence, origin: Origin) => Promise<void>,
): Promise<number> {
  const all = await storage.collection(setAsideConsequences);
  let applied = 0;
  for await (const stored of everyDocument(all, installationTenant, { index: 'at', equal: [] })) {
    try {
      await apply(stored.value.consequence, stored.value.origin);
    } catch (error) {
      if (error instanceof UnknownConsequence) continue;
      throw error;
    }
    await unlessRaced(all.remove(stored, stored.revision));
    applied += 1;
  }
  return applied;
}
