/** Many forms at once (Haberman 2009): least squares on ln a and then on b over all items and forms; form 0 is the scale. */
import { IrtError } from '../errors.ts';
import { exp, log } from '../numeric/elementary.ts';
import type { ItemSpec } from '../parameters/item-parameters.ts';
import { locations, type ScaleTransform } from './link.ts';

interface Cell { readonly row: number; readonly form: number; readonly value: number }

/** value = rowEffect + formEffect by alternating means; the effect of form 0 is 0. */
function additive(cells: readonly Cell[], rows: number, forms: number): Float64Array {
  const [row, form] = [new Float64Array(rows), new Float64Array(forms)];
  const means = (into: Float64Array, by: 'row' | 'form', other: (cell: Cell) => number): number => {
    const [sum, count] = [new Float64Array(into.length), new Float64Array(into.length)];
    for (const cell of cells) { sum[cell[by]] = (sum[cell[by]] ?? 0) + cell.value - other(cell); count[cell[by]] = (count[cell[by]] ?? 0) + 1; }
    let moved = 0;
    for (let n = 0; n < into.length; n += 1) { const next = (count[n] ?? 0) > 0 ? (sum[n] ?? 0) / (count[n] ?? 1) : 0; moved = Math.max(moved, Math.abs(next - (into[n] ?? 0))); into[n] = next; }
    return moved;
  };
  for (let step = 0; step < 100_000; step += 1) {
    means(row, 'row', (cell) => form[cell.form] ?? 0);
    const moved = means(form, 'form', (cell) => row[cell.row] ?? 0);
    const zero = form[0] ?? 0;
    for (let n = 0; n < forms; n += 1) form[n] = (form[n] ?? 0) - zero;
    if (moved < 1e-13) break;
  }
  return form;
}

/** Transform of each form to form 0's scale. Throws IrtError for forms that no chain of common items connects, naming them. */
export function linkForms(forms: readonly (readonly ItemSpec[])[]): ScaleTransform[] {
  if (forms.length < 2) throw new IrtError('no-forms', 'forms', forms.length, 'must be at least two');
  requireConnected(forms);
  const items = new Map<string, number>();
  const place = (id: string): number => { const at = items.get(id) ?? items.size; items.set(id, at); return at; };
  const slopes = forms.flatMap((form, f) => form.flatMap((item): Cell[] => (item.model === 'nominal' ? [] : [{ row: place(item.id), form: f, value: log(item.slope ?? 1) }])));
  // ln a on form f's scale is ln a* + ln A.
  const lnA = additive(slopes, items.size, forms.length);
  const steps = new Map<string, number>();
  const stepPlace = (id: string): number => { const at = steps.get(id) ?? steps.size; steps.set(id, at); return at; };
  const difficulties = forms.flatMap((form, f) => form.flatMap((item) => locations(item).map((b, k): Cell => ({ row: stepPlace(`${item.id}/${k}`), form: f, value: exp(lnA[f] ?? 0) * b }))));
  const shift = additive(difficulties, steps.size, forms.length);
  return forms.map((_, f) => ({ a: exp(lnA[f] ?? 0), b: -(shift[f] ?? 0) }));
}

function requireConnected(forms: readonly (readonly ItemSpec[])[]): void {
  const reached = new Set([0]);
  const known = new Set((forms[0] ?? []).map(({ id }) => id));
  for (let grown = true; grown;) {
    grown = false;
    forms.forEach((form, f) => { if (!reached.has(f) && form.some(({ id }) => known.has(id))) { reached.add(f); form.forEach(({ id }) => known.add(id)); grown = true; } });
  }
  const lost = forms.flatMap((_, f) => (reached.has(f) ? [] : [f]));
  if (lost.length > 0) throw new IrtError('forms-disconnected', 'forms', lost.join(', '), 'must have a chain of common items to form 0');
}
