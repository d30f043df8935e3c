/** Where everybody sits: the seats as they were laid out, and whoever has no place yet after them. Pure. */
import type { Room, RoomPlan, RoomSession } from '../../server/api/invigilator/protocol.ts';
import { seatOf } from './seat-of.ts';

/** What stands at one place. Without a session: a device that waits for one. */
export interface PlannedSeat {
  /** As the plan knows it. */
  readonly seat: string;
  readonly session?: RoomSession;
}
export type PlanRow = readonly (PlannedSeat | undefined)[];

/** A device without a name is known by the session on it. */
export const plannedAs = (session: RoomSession): string => seatOf(session) || session.session;

/** One for each seat: of two sessions at one, that which is open, or the later in the list. */
export function seatsOf(
  sessions: readonly RoomSession[],
  waiting: readonly Pick<Room['seats'][number], 'name'>[],
): ReadonlyMap<string, PlannedSeat> {
  const seats = new Map<string, PlannedSeat>(waiting.map(({ name }) => [name, { seat: name }]));
  for (const session of sessions) {
    const seat = plannedAs(session);
    const before = seats.get(seat)?.session;
    if (before === undefined || before.status === 'closed' || session.status !== 'closed')
      seats.set(seat, { seat, session });
  }
  return seats;
}

const inOrder = new Intl.Collator('nl', { numeric: true });
const nameOf = ({ seat, session }: PlannedSeat): string => session?.name ?? seat;

/** Rows of `plan.columns` places each, without empty ones at the end. A gap that was left stays one. */
export function laidOut(plan: RoomPlan, seats: ReadonlyMap<string, PlannedSeat>): PlanRow[] {
  const cells: (PlannedSeat | undefined)[] = [];
  const placed = new Set<string>();
  for (const { seat, place } of plan.places) {
    const found = seats.get(seat);
    if (found === undefined) continue;
    cells[place] = found;
    placed.add(seat);
  }
  // Who is new begins a row of their own: nobody is shown where somebody left room to walk.
  let next = Math.ceil(cells.length / plan.columns) * plan.columns;
  const others = [...seats.values()].filter(({ seat }) => !placed.has(seat));
  for (const one of others.sort((a, b) => inOrder.compare(nameOf(a), nameOf(b)))) {
    cells[next] = one;
    next += 1;
  }
  return rowsOf(cells, plan.columns);
}

const rowsOf = (cells: readonly (PlannedSeat | undefined)[], columns: number): PlanRow[] =>
  Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) =>
    Array.from({ length: columns }, (__, column) => cells[row * columns + column]),
  );

/** Everybody in the row and column where they are; whom fewer columns leave out has no place any more. */
export function planOfRows(rows: readonly PlanRow[], columns: number): RoomPlan {
  const places = rows.flatMap((row, number) =>
    row
      .slice(0, columns)
      .flatMap((cell, column) => (cell === undefined ? [] : [{ seat: cell.seat, place: number * columns + column }])),
  );
  return { columns, places };
}

/** Whoever stood at the other place changes with it. */
export function movedTo(plan: RoomPlan, seat: string, place: number): RoomPlan {
  const from = plan.places.find((one) => one.seat === seat)?.place;
  const others = plan.places.filter((one) => one.seat !== seat);
  const places = others.flatMap((one) =>
    one.place === place ? (from === undefined ? [] : [{ ...one, place: from }]) : [one],
  );
  return { ...plan, places: [...places, { seat, place }] };
}

/** The place that an arrow goes to: the next one in that direction where somebody is; undefined at the edge. */
export function besides(rows: readonly PlanRow[], place: number, key: string): number | undefined {
  const columns = rows[0]?.length ?? 1;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[key];
  if (step === undefined) return undefined;
  const cells = rows.flat();
  for (let at = place + step; at >= 0 && at < cells.length; at += step) if (cells[at] !== undefined) return at;
  return undefined;
}
