/** The verdict on an item, as a mark with a word, and what asks for attention first. */
import { escapeXml } from '../../engine/charts/svg.ts';
import { type Light } from '../../item-bank/calibration/judge.ts';
import { type ReportVoice } from '../../words/reports.ts';

const symbols: Readonly<Record<Light, string>> = { keep: '●', look: '▲', drop: '✖' };

export const order: Readonly<Record<Light, number>> = { drop: 0, look: 1, keep: 2 };

/** What asks for attention first. */
export const worstFirst = <T extends { readonly light: Light }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => order[a.light] - order[b.light]);

export const chip = (light: Light, say: ReportVoice): string =>
  `<span class="light ${light}">${symbols[light]} ${escapeXml(say(`report.lights.${light}`))}</span>`;

/** How many of each light. */
export function lightsLine(items: readonly { readonly light: Light }[], say: ReportVoice): string {
  const count = (light: Light): number => items.filter((item) => item.light === light).length;
  const counts = (['keep', 'look', 'drop'] as const).map((light) => `${chip(light, say)} <b>${count(light)}</b>`);
  return `<p class="lights">${counts.join(' ')}</p>`;
}

/** Colours of the chart by number: keep green, look orange, drop plum. */
export const lineOf: Readonly<Record<Light, number>> = { keep: 3, look: 1, drop: 4 };
