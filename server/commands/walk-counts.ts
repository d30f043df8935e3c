/** What the ways of many results come to: how many steps follow, and how many could not be looked at. */
import type { CommandKey } from '../../words/commands.ts';
import type { Values } from '../../words/phrase.ts';
import type { WalkStep } from './result-walk.ts';

/** Each line counts the steps of these kinds. */
const counted = {
  'verify.counts.results': {
    recomputed: 'verify.walk.result',
    byHand: 'verify.walk.by-hand',
    annulled: 'verify.walk.annulled',
    open: 'verify.walk.not-released',
  },
  'verify.counts.certificates': { genuine: 'verify.walk.certificate', none: 'verify.walk.no-certificate' },
  'verify.counts.deliveries': { same: 'verify.walk.delivery', none: 'verify.walk.no-delivery' },
  'verify.counts.unseen': {
    certificates: 'verify.walk.certificate-unseen',
    deliveries: 'verify.walk.delivery-unseen',
  },
} as const satisfies Partial<Record<CommandKey, Record<string, CommandKey>>>;

export class WalkCounts {
  readonly findings: WalkStep[] = [];
  private readonly counts = new Map<CommandKey, number>();

  add(steps: readonly WalkStep[]): void {
    for (const step of steps) {
      if (step.isFinding) this.findings.push(step);
      this.counts.set(step.says, (this.counts.get(step.says) ?? 0) + 1);
    }
  }

  /** The lines, in their order; that of what was not looked at only where there is something. */
  lines(): readonly { readonly says: keyof typeof counted; readonly values: Values }[] {
    const all = [
      this.line('verify.counts.results'),
      this.line('verify.counts.certificates'),
      this.line('verify.counts.deliveries'),
    ];
    const unseen = this.line('verify.counts.unseen');
    return Object.values(unseen.values).some((count) => count !== 0) ? [...all, unseen] : all;
  }

  private line(says: keyof typeof counted) {
    const kinds: Readonly<Record<string, CommandKey>> = counted[says];
    const values = Object.fromEntries(Object.entries(kinds).map(([name, key]) => [name, this.counts.get(key) ?? 0]));
    return { says, values };
  }
}
