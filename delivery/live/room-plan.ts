/** How the seats of a centre's room stand, as an invigilator laid them out: kept until somebody lays them out anew. */
import type { Collection, CollectionDefinition, Key } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';

export interface SeatingPlan {
  /** Seats in a row. */
  readonly columns: number;
  /** By the name of a seat, or the id of a session whose device has none; the first place is 0, row after row. */
  readonly places: readonly { readonly seat: string; readonly place: number }[];
}
/** Key: {tenant, id: the centre}. */
export const roomPlans: CollectionDefinition<SeatingPlan, never> = {
  name: 'room-plans',
  indexes: {},
  sealed: true,
  // It only says where somebody is found: a forged one counts as none, and is written over.
  replaceable: true,
};
export type RoomPlans = Collection<SeatingPlan, never>;

/** What a room is laid out as before anybody did. */
const noPlan: SeatingPlan = { columns: 6, places: [] };

export const planOf = async (plans: RoomPlans, key: Key): Promise<SeatingPlan> =>
  (await plans.get(key))?.value ?? noPlan;

/** The last of two who lay the same room out wins. */
export async function keepPlan(plans: RoomPlans, key: Key, plan: SeatingPlan): Promise<void> {
  for (;;) {
    const before = await plans.get(key);
    const write = before === undefined ? plans.insert(key, plan) : plans.replace(key, before.revision, plan);
    if ((await unlessRaced(write)) !== undefined) return;
  }
}
