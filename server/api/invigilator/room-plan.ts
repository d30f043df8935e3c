/** How the seats of the own centre's room stand: read, and laid out anew. */
import { keepPlan, planOf, roomPlans } from '../../../delivery/live/room-plan.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint } from '../../http/endpoint.ts';
import { type StaffAccess, guards } from '../access.ts';
import { RoomPlan } from './protocol.ts';
import type { InvigilatorPorts } from './view.ts';

export function planEndpoints(program: InvigilatorPorts): Endpoint[] {
  const common = { guard: guards(program).staff('invigilator'), access: 'invigilator' } as const;
  const path = '/invigilator/room/plan';
  const keyOf = ({ tenant, account }: StaffAccess) => ({ tenant, id: account.centre });
  const plans = () => program.storage.collection(roomPlans);
  return [
    jsonEndpoint({
      ...common,
      method: 'get',
      path,
      summary: 'How the seats of the room stand',
      reply: RoomPlan,
      handle: async ({ access }) => {
        const { columns, places } = await planOf(await plans(), keyOf(access));
        return { columns, places: [...places] };
      },
    }),
    commandEndpoint({
      ...common,
      method: 'put',
      path,
      summary: 'Lay the seats of the room out anew',
      body: RoomPlan,
      problems: ['invalid-request'],
      handle: async ({ access, body }) => keepPlan(await plans(), keyOf(access), body),
    }),
  ];
}
