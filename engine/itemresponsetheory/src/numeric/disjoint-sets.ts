/** Sets that only ever join (union and find, Tarjan 1975): which numbers belong together. */
export class DisjointSets {
  private readonly parent: Uint32Array;

  constructor(size: number) {
    this.parent = Uint32Array.from({ length: size }, (_, n) => n);
  }

  /** Of the set that `n` is in; the same for all of it until the next join. */
  rootOf(n: number): number {
    const { parent } = this;
    let at = n;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  join(one: number, other: number): void {
    this.parent[this.rootOf(one)] = this.rootOf(other);
  }

  /** Each set ascending, in the order of their first members. */
  sets(): number[][] {
    const sets = new Map<number, number[]>();
    for (let n = 0; n < this.parent.length; n += 1) {
      const root = this.rootOf(n);
      const set = sets.get(root);
      if (set === undefined) sets.set(root, [n]);
      else set.push(n);
    }
    return [...sets.values()];
  }
}
