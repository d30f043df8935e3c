import { describe, expect, it } from 'vitest';
import { type Expected, givenOf } from '../../storage/journal/given.suite.ts';
import { type BankEvent, emptyBank, evolveBank } from './bank.ts';
import { type BankCommand, type BankFacts, type BankRefusal, type Publication, decideBank } from './decide.ts';
import { release } from './example.suite.ts';
import type { ItemParameterRow } from './release.ts';

const given = givenOf({ evolve: evolveBank, decide: decideBank });

const bank = release.bank;
const now = '2026-11-24T10:00:00.000Z';
const row: ItemParameterRow = {
  id: 'L3',
  model: 'logistic',
  slope: 1.2,
  difficulty: 0.7,
  exposure: 1,
  origin: 'calibrated',
};
const grounds = {
  base: release.id,
  job: 'job-1',
  model: '2pl',
  anchors: 'linked',
  by: 'otto@demo',
  reason: 'eerste afname',
} as const;
const publication: Publication = { ...grounds, rows: [row] };
const publish = (change: Partial<Publication> = {}): BankCommand => ({
  type: 'publish',
  publication: { ...publication, ...change },
});
const choose = (id: string, confirmedBy = 'an@demo'): BankCommand => ({
  type: 'put-in-force',
  choice: { release: id, by: 'otto@demo', confirmedBy, reason: 'nagekeken' },
});

const facts: BankFacts = { bank, now, releases: [release], latest: release, inForce: release.id };
const second = { ...release, id: 'nt2-listening-2' };
const followed: BankFacts = { ...facts, releases: [release, second], latest: second };
const later = { ...release, createdAt: '2027-01-01T00:00:00.000Z' };
const elsewhere = { ...release, id: 'nt2-listening-2', bank: 'mo' };

const published = (id: string, createdAt = now): BankEvent => ({
  schema: 1,
  type: 'release-published',
  at: now,
  release: id,
  createdAt,
  recalibration: { ...grounds, replaced: ['L3'] },
  rows: [row],
});
const inForce = (id: string, previous: string): BankEvent => ({
  schema: 1,
  type: 'release-put-in-force',
  at: now,
  release: id,
  previous,
  by: 'otto@demo',
  confirmedBy: 'an@demo',
  reason: 'nagekeken',
});
type Then = Expected<BankEvent, BankRefusal>;
const then = (event: BankEvent): Then => ({
  events: [event],
  pending: [{ kind: 'bank-changed', data: { bank } }],
});
const refused = (code: BankRefusal['code'], why: string): Then => ({ refused: { code, why } });

const table: readonly (readonly [given: string, readonly BankEvent[], when: BankCommand, BankFacts, Then])[] = [
  ['a bank, a calibration of its latest release', [], publish(), facts, then(published('nt2-listening-2'))],
  [
    'the same calibration once more',
    [published('nt2-listening-2')],
    publish(),
    followed,
    refused('published-already', 'calibration job-1 is published already'),
  ],
  [
    'a calibration of a base that has been followed',
    [published('nt2-listening-2')],
    publish({ job: 'job-2' }),
    followed,
    refused('base-superseded', 'nt2-listening-2 was published after nt2-listening-1: calibrate once more'),
  ],
  [
    'no item chosen',
    [],
    publish({ rows: [] }),
    facts,
    refused('nothing-chosen', 'a release needs new parameters of one item at least'),
  ],
  [
    'an item that the base has not',
    [],
    publish({ rows: [row, { ...row, id: 'X' }] }),
    facts,
    refused('unknown-item', 'nt2-listening-1 has no item X with parameters'),
  ],
  [
    'a clock behind that of the base: later than it all the same',
    [],
    publish(),
    { ...facts, releases: [later], latest: later },
    then(published('nt2-listening-2', '2027-01-01T00:00:00.001Z')),
  ],
  [
    'the next number taken by another bank: the number after it',
    [],
    publish(),
    { ...facts, releases: [release, elsewhere] },
    then(published('nt2-listening-3')),
  ],
  [
    'two releases, the other one is chosen',
    [],
    choose('nt2-listening-2'),
    followed,
    then(inForce('nt2-listening-2', 'nt2-listening-1')),
  ],
  [
    'the way back',
    [inForce('nt2-listening-2', 'nt2-listening-1')],
    choose('nt2-listening-1'),
    { ...followed, inForce: 'nt2-listening-2' },
    then(inForce('nt2-listening-1', 'nt2-listening-2')),
  ],
  [
    'a release that is nowhere',
    [],
    choose('nt2-listening-9'),
    followed,
    refused('unknown-release', 'nt2-listening has no release nt2-listening-9'),
  ],
  [
    'a release of another bank',
    [],
    choose('nt2-listening-2'),
    { ...facts, releases: [release, elsewhere] },
    refused('unknown-release', 'nt2-listening has no release nt2-listening-2'),
  ],
  [
    'the release in force',
    [],
    choose('nt2-listening-1'),
    followed,
    refused('in-force-already', 'nt2-listening-1 is in force already'),
  ],
  [
    'whoever chooses confirms it, too',
    [],
    choose('nt2-listening-2', 'otto@demo'),
    followed,
    refused('same-person', 'otto@demo cannot confirm what otto@demo does'),
  ],
];

describe('decideBank', () => {
  it.each(table)('%s', (_given, events, command, knows, expected) => {
    given(...events)
      .when(command, knows)
      .then(expected);
  });

  it('a choice is remembered with the version that it was made at', () => {
    const first = evolveBank(emptyBank, published('nt2-listening-2'), 1);
    const event = inForce('nt2-listening-2', 'nt2-listening-1');
    expect(evolveBank(first, event, 2).inForce).toEqual({ ...event, version: 2 });
  });
});
