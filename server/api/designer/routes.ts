import { z } from 'zod';
import { UnknownPublication } from '../../../item-bank/releases/store.ts';
import type { Release } from '../../../item-bank/releases/release.ts';
import type { LiveStatistics } from '../../../item-bank/statistics/live.ts';
import { type Endpoint, jsonEndpoint, rawEndpoint } from '../../http/endpoint.ts';
import { sendMedia } from '../../http/media.ts';
import { Problem } from '../../http/problem.ts';
import type { Program } from '../../program.ts';
import { guards } from '../access.ts';
import { calibrationEndpoints } from './calibration-routes.ts';
import { BankSummary, ItemDetail, ItemPage, SpecificationView } from './protocol.ts';
import { bankSummary, itemDetail, itemRow, specificationView } from './view.ts';

const pageSize = 100;
const After = z.object({ after: z.string().max(100).optional() });

/** `statistics` yields the live counts of a tenant; it is asked once for each request. */
export function designerEndpoints(
  program: Program,
  statistics: (tenant: string) => Promise<ReadonlyMap<string, LiveStatistics>>,
): Endpoint[] {
  const common = { guard: guards(program).staff('designer'), access: 'designer' } as const;
  const newest = (): Release[] =>
    [...new Set(program.bank.allReleases().map(({ bank }) => bank))].map((bank) => program.bank.currentRelease(bank));
  const releaseOf = (bank: string): Release => {
    try {
      return program.bank.currentRelease(bank);
    } catch (error) {
      if (error instanceof UnknownPublication) throw new Problem('not-found');
      throw error;
    }
  };
  return [
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/banks',
      summary: 'The banks with the release in force',
      reply: z.array(BankSummary),
      handle: () => Promise.resolve(newest().map(bankSummary)),
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/banks/:bank/items',
      summary: 'Items with parameters and live statistics',
      query: After,
      reply: ItemPage,
      problems: ['not-found'],
      handle: async ({ access, param, query }) => {
        const release = releaseOf(param('bank'));
        const rows = new Map(release.parameters.map((row) => [row.id, row]));
        const live = await statistics(access.tenant);
        const sorted = [...release.items].sort((a, b) => (a.id < b.id ? -1 : 1));
        const rest = sorted.filter(({ id }) => query.after === undefined || id > query.after);
        const items = rest.slice(0, pageSize).map((item) => itemRow(item, rows.get(item.id), live.get(item.id)));
        const last = items.at(-1);
        return {
          items,
          total: sorted.length,
          ...(rest.length > pageSize && last !== undefined ? { next: last.id } : {}),
        };
      },
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/banks/:bank/items/:id',
      summary: 'One item, whole',
      reply: ItemDetail,
      problems: ['not-found'],
      handle: async ({ access, param }) => {
        const release = releaseOf(param('bank'));
        const item = release.items.find(({ id }) => id === param('id'));
        if (item === undefined) throw new Problem('not-found');
        return itemDetail(
          item,
          release.parameters.find(({ id }) => id === item.id),
          (await statistics(access.tenant)).get(item.id),
        );
      },
    }),
    rawEndpoint({
      ...common,
      method: 'get',
      path: '/designer/banks/:bank/media/:media',
      summary: 'A clip or picture of an item',
      reply: 'bytes',
      problems: ['not-found'],
      handle: async ({ request, response, param }) => {
        const content = await program.media.read(param('media'));
        if (content === undefined) throw new Problem('not-found');
        sendMedia(request, response, content);
      },
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/specifications',
      summary: 'The definitions of the tests',
      reply: z.array(SpecificationView),
      handle: () =>
        Promise.resolve(
          [...new Set(program.bank.allSpecifications().map(({ id }) => id))].map((id) =>
            specificationView(program.bank.currentSpecification(id), newest()),
          ),
        ),
    }),
    ...calibrationEndpoints(program),
  ];
}
