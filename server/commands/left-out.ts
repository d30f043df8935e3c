/**
 * What a command goes past, because somebody changed it past the program: each is named, and the rest is done. A
 * command that left something out ends as one that found something.
 */
import { streamName } from '../../storage/journal/stream-name.ts';
import type { CommandVoice } from '../../words/commands.ts';
import { RefusedStreams } from '../refused-streams.ts';

/** Named at once, beside what the command itself prints. */
export const leavingOut = (say: CommandVoice): RefusedStreams =>
  new RefusedStreams((stream, { message: why }) => {
    console.error(say('damaged.left-out', { stream: streamName(stream), why }));
  });
