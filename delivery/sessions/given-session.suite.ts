/** Given what a session recorded, when a command, then its events or a refusal; for tests. */
import { givenOf } from '../../storage/journal/given.suite.ts';
import type { Consequence } from '../../storage/port.ts';
import { decide, record } from './decide.ts';
import { evolve } from './evolve.ts';
import { type Asked, at, civicTest, facts, oralTest } from './example.suite.ts';
import { PlayedSession } from './played-session.suite.ts';
import type { EventBody } from './session.ts';

export const given = givenOf({ evolve, decide });

export const oral = (): PlayedSession => new PlayedSession(oralTest).begin().toFirstPart();
export const civic = (): PlayedSession => new PlayedSession(civicTest).begin().toFirstPart();

/** Given what was played, when the page sends one operation more, then these events, each caused by it. */
export function thenCauses(
  played: PlayedSession,
  asked: Asked,
  { bodies, pending = [] }: { readonly bodies: readonly EventBody[]; readonly pending?: readonly Consequence[] },
): void {
  const operations = played.prepared(asked);
  const [op] = operations.map(({ opId, seq }) => ({ id: opId, seq }));
  given(...played.events)
    .when({ type: 'operations', fence: played.now.fence, operations }, facts(played.test, played.ms, played.sealed))
    .then({ events: bodies.map((body) => record(at(played.ms), body, op)), pending });
}
