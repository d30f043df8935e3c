/** How long a recording may be: as long as the task gives time to answer, and a little. Pure. */
import { type PinnedTest, speakingItem } from '../../item-bank/releases/pinned-test.ts';
import type { GivenTurn } from './session.ts';

/** For a page that begins before it asks to speak, and for one that ends late, ms. */
const marginMs = 30_000;
/** No browser's recording takes more: ten times what our page asks of its recorder. */
const bytesPerMs = 64;

export interface RecordingBounds {
  readonly ms: number;
  readonly bytes: number;
}

export function recordingBounds(turn: GivenTurn, test: PinnedTest): RecordingBounds {
  const ms = (speakingItem(test, turn.item.id).turns[turn.turn]?.answerMs ?? 0) + marginMs;
  return { ms, bytes: ms * bytesPerMs };
}
