/** The log as CSV for a spreadsheet: quoted, and no cell can become a formula. */
export function csvCell(value: string | number | undefined): string {
  const text = String(value ?? '');
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
export const csv = (rows: readonly (readonly (string | number | undefined)[])[]): string =>
  rows.map((row) => row.map(csvCell).join(',')).join('\r\n');
