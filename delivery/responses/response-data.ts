/** Responses of live sessions as calibration reads them: sparse rows, gathered session by session. */
import { ChoiceRows } from '../../item-bank/calibration/choices.ts';
import { Names, ResponseRows } from '../../item-bank/calibration/response-rows.ts';
import type { ResponseData } from '../../item-bank/calibration/stream-responses.ts';
import type { ResponseRow } from './read.ts';

/**
 * Responses to the item versions given, `versions` by item id; those to other versions are another item's. Pretest
 * responses count too.
 * What was not scored (an outage) is not given; what was given and left unanswered is wrong, as its category says.
 */
export class SessionResponses {
  private readonly persons = new Names();
  private readonly items = new Names();
  private readonly rows = new ResponseRows();
  private readonly choices = new ChoiceRows();
  private readonly leftOut: string[] = [];

  constructor(private readonly versions: ReadonlyMap<string, number>) {}

  add({ session, item, version, category, choice }: ResponseRow): void {
    if (category === null || version !== this.versions.get(item)) return;
    const [person, column] = [this.persons.of(session), this.items.of(item)];
    this.rows.add(person, column, category);
    if (choice !== null) this.choices.add(person, column, choice, category);
  }

  /** A session that cannot be read: the report of what is made of the others names it. */
  leaveOut(session: string): void {
    this.leftOut.push(session);
  }

  /** Persons are named by their session. */
  data(): ResponseData {
    const [persons, items] = [this.persons.list, this.items.list];
    const choices = this.choices.sorted(persons.length, items.length);
    return {
      persons,
      items,
      matrix: this.rows.sorted(persons.length, items.length, true),
      ...(choices === undefined ? {} : { choices }),
      remarks:
        this.leftOut.length === 0
          ? []
          : [{ code: 'sessions-refused', count: this.leftOut.length, names: this.leftOut }],
    };
  }
}
