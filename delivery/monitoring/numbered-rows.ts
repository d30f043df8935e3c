/**
 * Rows by id, each with the number of its last change: whoever says which number he has gets what changed since. A row
 * is told again only when it reads differently. Pure.
 */
export interface RowChanges<Row> {
  readonly changed: readonly Row[];
  readonly removed: readonly string[];
}

/** Removals remembered; whoever was away for more of them begins anew. */
const removalsKept = 1_000;

export class NumberedRows<Row> {
  private readonly rows = new Map<string, { readonly row: Row; readonly text: string; readonly number: number }>();
  private removals: { readonly id: string; readonly number: number }[] = [];
  private forgotten = 0;
  private last = 0;

  /** Of the latest change; 0 before the first. */
  get number(): number {
    return this.last;
  }

  all(): readonly Row[] {
    return [...this.rows.values()].map(({ row }) => row);
  }

  ids(): readonly string[] {
    return [...this.rows.keys()];
  }

  /** Undefined removes. */
  set(id: string, row: Row | undefined): void {
    const text = row === undefined ? undefined : JSON.stringify(row);
    if (this.rows.get(id)?.text === text) return;
    this.last += 1;
    if (row === undefined || text === undefined) {
      this.rows.delete(id);
      this.removals.push({ id, number: this.last });
      this.forgotten = this.removals.at(-removalsKept - 1)?.number ?? this.forgotten;
      this.removals = this.removals.slice(-removalsKept);
    } else this.rows.set(id, { row, text, number: this.last });
  }

  /** What changed after that number; undefined when that is no longer known, or never was. */
  since(number: number): RowChanges<Row> | undefined {
    if (number < this.forgotten || number > this.last) return undefined;
    return {
      changed: [...this.rows.values()].filter((one) => one.number > number).map(({ row }) => row),
      removed: this.removals.filter((one) => one.number > number && !this.rows.has(one.id)).map(({ id }) => id),
    };
  }
}
