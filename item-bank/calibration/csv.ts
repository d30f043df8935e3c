/** CSV that a spreadsheet opens without computing: text that looks like a formula stands behind an apostrophe. */
export type Cell = string | number | undefined;

/** The text, so that no spreadsheet takes it for a formula. */
export const notFormula = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

function cell(value: Cell): string {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return '';
  if (typeof value === 'number') return String(value);
  const text = notFormula(value);
  return /[",;\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csv = (head: readonly string[], rows: Iterable<readonly Cell[]>): string =>
  `${[head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
