import { describe, expect, it } from 'vitest';
import { release } from './example.suite.ts';
import { NotPublishable, type Proposal, type ProposedItem, publishedRows } from './publishable.ts';

const estimate = { slope: 1.2, difficulty: 0.4, difficultyStandardError: 0.1 };
const item = (id: string, change: Partial<ProposedItem> = {}): ProposedItem => ({
  id,
  estimate,
  light: 'keep',
  reasons: [],
  ...change,
});
const proposal = (items: readonly ProposedItem[], change: Partial<Proposal> = {}): Proposal => ({
  model: '2pl',
  anchors: 'linked',
  converged: true,
  items,
  ...change,
});
/** The same release, its first item measured before. */
const measured = {
  ...release,
  parameters: release.parameters.map((row) => (row.id === 'L1' ? { ...row, origin: 'calibrated' as const } : row)),
};
const everyScored = release.items.filter(({ use }) => use === 'operational').map(({ id }) => id);

describe('what may go into a release', () => {
  it('takes the chosen items, with the exposure control that they had', () => {
    const base = { ...release, parameters: release.parameters.map((row) => ({ ...row, exposure: 0.4 })) };
    expect(publishedRows(base, proposal([item('L1'), item('L2')]), ['L1'])).toEqual([
      {
        id: 'L1',
        model: 'logistic',
        slope: 1.2,
        difficulty: 0.4,
        exposure: 0.4,
        origin: 'calibrated',
        standardError: 0.1,
      },
    ]);
    const guessed = proposal([item('L2', { estimate: { ...estimate, lower: 0.2 } })]);
    expect(publishedRows(release, guessed, ['L2'])).toMatchObject([{ id: 'L2', lower: 0.2 }]);
  });

  it('takes an anchor that stands out where nobody measured it before: a guess cannot have moved', () => {
    const items = [item('L1', { isAnchor: true, reasons: ['moved'], light: 'look' })];
    expect(publishedRows(release, proposal(items), ['L1'])).toHaveLength(1);
    expect(() => publishedRows(measured, proposal(items), ['L1'])).toThrow(NotPublishable);
  });

  it('takes a scale of its own where no scored item is left on the old one', () => {
    const all = proposal(
      everyScored.map((id) => item(id)),
      { anchors: 'none' },
    );
    expect(publishedRows(release, all, everyScored)).toHaveLength(10);
  });

  it.each([
    ['not-converged', release, proposal([item('L1')], { converged: false }), ['L1']],
    ['displaced-anchor', measured, proposal([item('L1', { isAnchor: true, light: 'drop' }), item('L2')]), ['L2']],
    ['displaced-anchor', measured, proposal([item('L1', { isAnchor: true, reasons: ['moved'] }), item('L2')]), ['L2']],
    ['mixed-scales', release, proposal([item('L1')], { anchors: 'none' }), ['L1']],
    ['unknown-item', release, proposal([item('X1')]), ['X1']],
    ['not-publishable', release, proposal([item('L1')]), ['L2']],
    ['not-publishable', release, proposal([item('L1')]), ['L1', 'L1']],
    ['not-publishable', release, proposal([item('L1', { isFixed: true })]), ['L1']],
    ['not-publishable', release, proposal([item('L1', { estimate: undefined })]), ['L1']],
    ['not-publishable', release, proposal([item('L1', { estimate: { slope: 1, difficulty: 0 } })]), ['L1']],
    ['not-publishable', release, proposal([item('L1', { estimate: { ...estimate, slope: 0 } })]), ['L1']],
    ['not-publishable', release, proposal([item('L1', { reasons: ['not-in-bank'] })]), ['L1']],
  ] as const)('refuses by name: %s', (code, base, offered, chosen) => {
    expect(() => publishedRows(base, offered, chosen)).toThrow(expect.objectContaining({ code }));
  });
});
