/**
 * A page that is older than the server is reloaded: what waits is in the store by then, and nothing that lives on the
 * page alone is under way. The new page sends what was kept, as the new server reads it.
 */

/** A page that is too old even after it was reloaded tries again after this, ms. */
const reloadAgainMs = 30_000;

export interface RenewalParts {
  /** The version of the wire for which this page was reloaded last. */
  readonly reloadedFor: string | undefined;
  readonly reload: (protocol?: string) => void;
  readonly after: (ms: number, call: () => void) => void;
  /** Stops the outbox; resolves when everything that waits is kept. */
  readonly keepAll: () => Promise<void>;
  /** The page cannot be renewed now: to the candidate the server is out of reach. */
  readonly onwaiting: () => void;
}

export class Renewal {
  private readonly holds = new Set<object>();
  private protocol: string | undefined;
  private isKept = false;

  constructor(private readonly parts: RenewalParts) {}

  /**
   * Something that lives on this page alone is under way (a recording): the page is not reloaded before it is over.
   * @returns how it ends
   */
  hold(): () => void {
    const held = {};
    this.holds.add(held);
    return () => {
      this.holds.delete(held);
      this.reloadWhenFree();
    };
  }

  /** @param protocol the version that the server speaks */
  async outdated(protocol: string): Promise<void> {
    if (this.protocol !== undefined) return;
    this.protocol = protocol;
    await this.parts.keepAll();
    this.isKept = true;
    this.reloadWhenFree();
  }

  private reloadWhenFree(): void {
    const { protocol, parts } = this;
    if (protocol === undefined || !this.isKept || this.holds.size > 0) return;
    // Reloaded for this very version and still of before: whatever keeps the old page for us gets time to notice.
    if (parts.reloadedFor === protocol) {
      parts.onwaiting();
      parts.after(reloadAgainMs, () => parts.reload());
    } else parts.reload(protocol);
  }
}
