/** Everything that the review finds in a bank, before a release of it may be used. */
import type { ChoiceItem, ItemVersion, SpeakingItem } from '../items/item.ts';
import { undeclaredPairs } from './alike.ts';
import { isCue } from './chance.ts';
import { type FactFinding, factFindings } from './facts.ts';
import { type TextFinding, textFindings } from './texts.ts';
import { type CueFigure, cueFigures } from './tricks.ts';

export type ItemFinding =
  TextFinding | FactFinding | { readonly rule: 'alike'; readonly item: string; readonly what: string };

export interface BankCheck {
  readonly items: number;
  readonly figures: readonly (CueFigure & { readonly isCue: boolean })[];
  readonly findings: readonly ItemFinding[];
}

const inUse = ({ use }: ItemVersion): boolean => use !== 'practice';

/**
 * @param items of one bank; what is for practice is not looked at.
 * @param today an ISO date, for what must be looked at again.
 */
export function checkBank(items: readonly ItemVersion[], today: string): BankCheck {
  const used = items.filter(inUse);
  const choices = used.filter((item): item is ChoiceItem => item.kind === 'choice');
  const prompts = used.filter((item): item is SpeakingItem => item.kind === 'speaking');
  return {
    items: used.length,
    figures: cueFigures(choices).map((figure) => ({ ...figure, isCue: isCue(figure) })),
    findings: [
      ...[...choices, ...prompts].flatMap(textFindings),
      ...factFindings(choices, today),
      ...undeclaredPairs(choices).map(({ pair, likeness }) => ({
        rule: 'alike' as const,
        item: pair,
        what: likeness.toFixed(2),
      })),
    ],
  };
}
