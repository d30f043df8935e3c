/** The parts of every report: one self-contained page, printable, without script or outside address. */
import { escapeXml } from '../../engine/charts/svg.ts';
import type { ReportVoice } from '../../words/reports.ts';
import { reportStyle } from './report-style.ts';

/** Cells are HTML already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], name = ''): string {
  const cells = head.map((cell) => `<th scope="col">${escapeXml(cell)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('');
  return `<table class="${name}"><thead><tr>${cells}</tr></thead><tbody>${body}</tbody></table>`;
}

export const list = (lines: readonly string[]): string =>
  `<ul>${lines.map((line) => `<li>${escapeXml(line)}</li>`).join('')}</ul>`;
export const section = (title: string, body: string, name = ''): string =>
  `<section class="${name}"><h2>${escapeXml(title)}</h2>${body}</section>`;
export const paragraph = (text: string): string => `<p>${escapeXml(text)}</p>`;

/** The caption is HTML. */
export const figure = (caption: string, svg: string, name = ''): string =>
  `<figure class="${name}">${caption === '' ? '' : `<figcaption>${caption}</figcaption>`}${svg}</figure>`;

/** Title and line under it are text; the body is HTML. */
export function page(title: string, made: string, say: ReportVoice, body: string): string {
  return [
    `<!doctype html><html lang="${say.language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>${escapeXml(title)}</title><style>${reportStyle}</style></head><body>`,
    `<header><h1>${escapeXml(title)}</h1><p class="made">${escapeXml(made)}</p></header>`,
    `<main>${body}</main></body></html>\n`,
  ].join('');
}
