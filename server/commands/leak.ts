/** `meetlat leak CLIP`: of which session a clip is a copy that turned up outside. */
import { readFile } from 'node:fs/promises';
import { markStream } from '../../delivery/sessions/clip-mark.ts';
import { sessionKind } from '../../delivery/sessions/run.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import { fewestFrames, isMarkedFor, markOf } from '../../item-bank/items/marked-clip.ts';
import { tenants } from '../../people/agencies/agency.ts';
import { everyStream } from '../../storage/pages.ts';
import type { CommandVoice } from '../../words/commands.ts';
import type { OpenStores } from '../stores.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { UsageError } from './usage-error.ts';

/** A clip that was cut in the middle of a frame may seem to begin with frames that are none. */
const doubtfulFrames = 4;

async function sessionsWith(
  { storage, agencies, wrapping }: OpenStores,
  mark: readonly number[],
  say: CommandVoice,
): Promise<string[]> {
  const keys = await wrapping.clipKeys();
  const list = await storage.collection(sessionList);
  const marks = Array.from({ length: doubtfulFrames }, (_, n) => mark.slice(n));
  const found: string[] = [];
  for (const tenant of await tenants(agencies))
    for await (const id of everyStream(storage.journal, tenant, sessionKind)) {
      const streams = keys.map((key) => markStream(key, { tenant, id }));
      if (!marks.some((one) => streams.some((stream) => isMarkedFor(one, stream)))) continue;
      const {
        candidate = '',
        test = '',
        centre = '',
        registeredAt = '',
      } = (await list.get({ tenant, id }))?.value ?? {};
      found.push(say('leak.found', { tenant, id, candidate, test, centre, registeredAt }));
    }
  return found;
}

export const leakCommand = command({
  name: 'leak',
  calls: ['CLIP'],
  says: 'leak.says',
  examples: ['meetlat leak overheard.mp3'],
  options: {},
  run: async (_values, [clip, ...more], say) => {
    if (clip === undefined || more.length > 0) throw new UsageError('leak.which');
    const mark = markOf(new Uint8Array(await readFile(clip)));
    if (mark.length < fewestFrames) throw new UsageError('leak.short', { frames: mark.length, fewest: fewestFrames });
    const found = await withInstallation((stores) => sessionsWith(stores, mark, say));
    console.log(found.length === 0 ? say('leak.nobody') : found.join('\n'));
    return found.length === 0 ? 1 : 0;
  },
});
