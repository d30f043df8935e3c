/**
 * Names the acts that are sent. One that is sent once more as it was, because no reply came, keeps its name, so that
 * the server carries it out once.
 */
export class ActNames {
  private unanswered: { readonly asked: string; readonly name: string } | undefined;

  constructor(private readonly makeId: () => string) {}

  nameOf(asked: object): string {
    const written = JSON.stringify(asked);
    if (this.unanswered?.asked !== written) this.unanswered = { asked: written, name: this.makeId() };
    return this.unanswered.name;
  }

  /** It was carried out: the same once more is another act. */
  done(): void {
    this.unanswered = undefined;
  }
}
