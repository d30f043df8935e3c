/** CSV that a spreadsheet opens without computing: text that looks like a formula stands behind an apostrophe. */
export type Cell = string | number | undefined;

const isFormula = (text: string): boolean => /^[=+\-@\t\r]/.test(text);

function cell(value: Cell): string {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return '';
  if (typeof value === 'number') return String(value);
  const text = isFormula(value) ? `'${value}` : value;
  return /[",;\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csv = (head: readonly string[], rows: Iterable<readonly Cell[]>): string =>
  `${[head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
