/** How many event streams one holder of a token may have open at this process: the newest stay, the oldest is ended. */
export class StreamPlaces {
  private readonly ends = new Map<string, (() => void)[]>();

  constructor(private readonly most: number) {}

  /** @returns how to give the place back */
  take(holder: string, end: () => void): () => void {
    const open = this.ends.get(holder) ?? [];
    this.ends.set(holder, open);
    open.push(end);
    if (open.length > this.most) open.shift()?.();
    return () => {
      const at = open.indexOf(end);
      if (at >= 0) open.splice(at, 1);
      if (open.length === 0 && this.ends.get(holder) === open) this.ends.delete(holder);
    };
  }
}
