/**
 * What a command goes past, because somebody changed it past the program: each is named at once, beside what the
 * command itself prints, and the rest is done. A command that left something out ends as one that found something.
 */
import type { UnlessDamaged } from '../../storage/journal/damage.ts';
import { streamName } from '../../storage/journal/stream-name.ts';
import type { TellOfDocument } from '../../storage/readable.ts';
import type { CommandVoice } from '../../words/commands.ts';
import { RefusedDocuments } from '../refused-documents.ts';
import { RefusedStreams } from '../refused-streams.ts';

interface LeavingOut {
  readonly unlessDamaged: UnlessDamaged;
  readonly tellOfDocument: TellOfDocument;
  readonly isNothingLeftOut: () => boolean;
}

export function leavingOut(say: CommandVoice): LeavingOut {
  const name = (what: string, why: string): void => console.error(say('damaged.left-out', { what, why }));
  const streams = new RefusedStreams((stream, { message }) => name(streamName(stream), message));
  const documents = new RefusedDocuments(({ where, message }) => name(where, message));
  return {
    unlessDamaged: streams.unlessDamaged,
    tellOfDocument: documents.tell,
    isNothingLeftOut: () => streams.count + documents.count === 0,
  };
}
