import { describe, expect, it } from 'vitest';
import type { ExpectedRow } from '../../server/api/invigilator/protocol.ts';
import { stillExpected } from './expected.ts';

const row = (name: string | undefined, status: ExpectedRow['status']): ExpectedRow => ({
  registration: `${name} ${status}`,
  ...(name === undefined ? {} : { name }),
  test: 'mo',
  title: { nl: 'MO' },
  language: 'nl',
  contactLanguage: 'nl',
  extraTimePercent: 0,
  status,
});

describe('whom the room still expects', () => {
  it('is neither who was admitted nor whose registration was cancelled, by name as a reader looks for it', () => {
    const rows = [
      row('Zoë', 'scheduled'),
      row('élodie', 'absent'),
      row('Bram', 'admitted'),
      row('Anna', 'cancelled'),
      row('Eva', 'scheduled'),
      row(undefined, 'scheduled'),
    ];
    expect(stillExpected(rows, 'nl').map(({ name }) => name)).toEqual([undefined, 'élodie', 'Eva', 'Zoë']);
  });
});
