/** Walks that read page after page, so that no caller writes the loop. */
import { defined } from './document/defined.ts';
import type { Collection, Journal, Query, Stored } from './port.ts';

/** Every document that a query finds; `limit` is the size of a page. */
export async function* everyDocument<T, I extends string>(
  collection: Pick<Collection<T, I>, 'find'>,
  tenant: string,
  query: Omit<Query<I>, 'after'>,
): AsyncGenerator<Stored<T>, void, undefined> {
  let after: string | undefined;
  do {
    const page = await collection.find(tenant, { ...query, ...defined({ after }) });
    yield* page.documents;
    after = page.next;
  } while (after !== undefined);
}

/** The id of every stream of a kind, in their order. */
export async function* everyStream(journal: Journal, tenant: string, kind: string): AsyncGenerator<string> {
  let after: string | undefined;
  for (;;) {
    const ids: readonly string[] = await journal.streams(tenant, kind, after);
    yield* ids;
    after = ids.at(-1);
    if (after === undefined) return;
  }
}
