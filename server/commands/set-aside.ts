/** `meetlat set-aside`: what followed from a commit that this program does not know how to carry out. */
import { everyDocument } from '../../storage/pages.ts';
import { installationTenant } from '../../storage/port.ts';
import { setAsideConsequences } from '../../storage/journal/set-aside.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';

export const setAsideCommand = command({
  name: 'set-aside',
  calls: [''],
  says: 'set-aside.says',
  examples: ['meetlat set-aside'],
  options: {},
  run: async (_values, _operands, say) =>
    withInstallation(async ({ storage }) => {
      const all = await storage.collection(setAsideConsequences);
      let count = 0;
      for await (const { value } of everyDocument(all, installationTenant, { index: 'at', equal: [] })) {
        const { origin, consequence, at } = value;
        const { tenant, kind, id } = origin.stream;
        console.log(say('set-aside.one', { at, what: consequence.kind, tenant, kind, id, version: origin.version }));
        count += 1;
      }
      console.log(say('set-aside.done', { count }));
      return count === 0 ? 0 : 1;
    }),
});
