import { z } from 'zod';
import { mediaOfItem } from '../../../item-bank/items/media-of.ts';
import { UnknownPublication } from '../../../item-bank/releases/store.ts';
import type { Release } from '../../../item-bank/releases/release.ts';
import type { LiveStatistics } from '../../../item-bank/statistics/live.ts';
import { listeningCuts } from '../../../scoring/regimes/cuts.ts';
import { defined } from '../../../storage/document/defined.ts';
import { type Endpoint, jsonEndpoint, rawEndpoint } from '../../http/endpoint.ts';
import { sendMedia } from '../../http/media.ts';
import { Problem } from '../../http/problem.ts';
import { guards } from '../access.ts';
import { calibrationEndpoints } from './calibration-routes.ts';
import type { DesignerBankPorts, DesignerPorts } from './ports.ts';
import { releaseEndpoints } from './release-routes.ts';
import { BankSummary, ItemDetail, ItemPage, SpecificationView } from './protocol.ts';
import { bankSummary, itemDetail, itemRow, specificationView } from './view.ts';

const pageSize = 100;
const After = z.object({ after: z.string().max(100).optional() });

/** The live counts of a tenant's items; asked once for each request. */
export type LiveCounts = (tenant: string) => Promise<ReadonlyMap<string, LiveStatistics>>;

/** In force, of each bank. */
const newest = ({ bank: store }: Pick<DesignerBankPorts, 'bank'>): Release[] =>
  [...new Set(store.allReleases().map(({ bank }) => bank))].map((bank) => store.currentRelease(bank));
function releaseOf({ bank: store }: Pick<DesignerBankPorts, 'bank'>, bank: string): Release {
  try {
    return store.currentRelease(bank);
  } catch (error) {
    if (error instanceof UnknownPublication) throw new Problem('not-found');
    throw error;
  }
}

/** The items after one id, in the order of ids. */
function itemPage(release: Release, live: ReadonlyMap<string, LiveStatistics>, after: string | undefined): ItemPage {
  const rows = new Map(release.parameters.map((row) => [row.id, row]));
  const sorted = [...release.items].sort((a, b) => (a.id < b.id ? -1 : 1));
  const rest = sorted.filter(({ id }) => after === undefined || id > after);
  const items = rest.slice(0, pageSize).map((item) => itemRow(item, rows.get(item.id), live.get(item.id)));
  return {
    items,
    total: sorted.length,
    ...defined({ next: rest.length > pageSize ? items.at(-1)?.id : undefined }),
  };
}

export function designerEndpoints(program: DesignerPorts, countsOf: LiveCounts): Endpoint[] {
  return [
    ...bankEndpoints(program, countsOf),
    ...itemEndpoints(program, countsOf),
    ...releaseEndpoints(program),
    ...calibrationEndpoints(program),
  ];
}

function bankEndpoints(program: DesignerBankPorts, countsOf: LiveCounts): Endpoint[] {
  const common = { guard: guards(program).staff('designer'), access: 'designer' } as const;
  const { bank: store, now } = program;
  return [
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/banks',
      summary: 'The banks with the release in force',
      reply: z.array(BankSummary),
      handle: () => Promise.resolve(newest(program).map(bankSummary)),
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/banks/:bank/items',
      summary: 'Items with parameters and live statistics',
      query: After,
      reply: ItemPage,
      problems: ['not-found'],
      handle: async ({ access, param, query }) =>
        itemPage(releaseOf(program, param('bank')), await countsOf(access.tenant), query.after),
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/specifications',
      summary: 'The definitions of the tests',
      reply: z.array(SpecificationView),
      handle: () =>
        Promise.resolve(
          [...new Set(store.allSpecifications().map(({ id }) => id))].map((id) => {
            const specification = store.currentSpecification(id);
            const cuts = listeningCuts(specification.regime, now().slice(0, 10));
            return specificationView(specification, newest(program), cuts);
          }),
        ),
    }),
  ];
}

function itemEndpoints(program: DesignerBankPorts, countsOf: LiveCounts): Endpoint[] {
  const common = { guard: guards(program).staff('designer'), access: 'designer' } as const;
  return [
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/banks/:bank/items/:id',
      summary: 'One item, whole',
      reply: ItemDetail,
      problems: ['not-found', 'items-exhausted'],
      handle: async ({ access, param }) => {
        const release = releaseOf(program, param('bank'));
        const item = release.items.find(({ id }) => id === param('id'));
        if (item === undefined) throw new Problem('not-found');
        const read = `${release.bank}/${item.id}`;
        const itemsLeft = await program.staffLog.readItem(access.tenant, access.id, read);
        if (itemsLeft === undefined) throw new Problem('items-exhausted');
        const row = release.parameters.find(({ id }) => id === item.id);
        return { ...itemDetail(item, row, (await countsOf(access.tenant)).get(item.id)), itemsLeft };
      },
    }),
    rawEndpoint({
      ...common,
      method: 'get',
      path: '/designer/banks/:bank/media/:media',
      summary: 'A clip or picture of an item',
      reply: 'bytes',
      problems: ['not-found', 'items-exhausted'],
      handle: async ({ access, request, response, param }) => {
        const release = releaseOf(program, param('bank'));
        const media = param('media');
        const items = release.items.filter((item) => mediaOfItem(item).has(media));
        const [first, ...others] = items.map(({ id }) => `${release.bank}/${id}`);
        const content = first === undefined ? undefined : await program.media.read(media);
        if (first === undefined || content === undefined) throw new Problem('not-found');
        // What is heard or seen is as much of an item as its text: whoever has it has read that item.
        if ((await program.staffLog.readItem(access.tenant, access.id, first, ...others)) === undefined)
          throw new Problem('items-exhausted');
        sendMedia(request, response, content);
      },
    }),
  ];
}
