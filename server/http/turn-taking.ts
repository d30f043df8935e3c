/** Work of one holder, one piece after the other: what comes meanwhile waits, whatever became of the one before. */
export class TurnTaking {
  private readonly last = new Map<string, Promise<unknown>>();

  async run<T>(holder: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(holder) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.last.set(holder, mine);
    try {
      return await mine;
    } finally {
      if (this.last.get(holder) === mine) this.last.delete(holder);
    }
  }
}
