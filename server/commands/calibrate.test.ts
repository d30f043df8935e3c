import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createItemParameters, createRng, type ItemSpec } from 'itemresponsetheory';
import { drawCategory } from '../../engine/itemresponsetheory/src/simulation/generate.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const program = join(import.meta.dirname, '../../bin/meetlat.mjs');
const folder = mkdtempSync(join(tmpdir(), 'meetlat-calibrate-'));
const place = (name: string): string => join(folder, name);
function file(name: string, text: string): string {
  writeFileSync(place(name), text);
  return place(name);
}
function meetlat(...options: readonly string[]): {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...options], { encoding: 'utf8' });
  return { code: status, out: stdout, error: stderr };
}
const Written = z.object({
  persons: z.number(),
  parameters: z.array(z.object({ id: z.string(), slope: z.number(), difficulty: z.number().optional() })),
  groups: z.array(z.object({ name: z.string(), mean: z.number() })).optional(),
  calibration: z.object({ converged: z.boolean() }).optional(),
  appraisal: z.object({
    items: z.array(z.object({ item: z.string(), light: z.string(), reasons: z.array(z.string()) })),
  }),
  leftOut: z.array(z.object({ item: z.string() })),
});
const written = (name: string, json = 'calibration.json') =>
  Written.parse(JSON.parse(readFileSync(join(place(name), json), 'utf8')));

const truth: ItemSpec[] = Array.from({ length: 12 }, (_, n) => ({
  model: 'logistic',
  id: n === 0 ? '=HYPERLINK("x")' : `i${n}`,
  slope: 0.8 + 0.1 * (n % 5),
  difficulty: -1.5 + n * 0.27,
}));
/** 600 persons; group b is a logit better; the last column is right for everybody. */
function simulated(): string {
  const [bank, random] = [createItemParameters(truth), createRng(7)];
  const rows = Array.from({ length: 600 }, (_, person) => {
    const theta = random.normal() + (person % 2);
    return (
      `p${person},${person % 2 === 0 ? 'a' : 'b'},` +
      `${truth.map((__, item) => drawCategory(bank, item, theta, random)).join(',')},1`
    );
  });
  return `person,school,"=HYPERLINK(""x"")",${truth
    .slice(1)
    .map(({ id }) => id)
    .join(',')},perfect\n${rows.join('\n')}\n`;
}
const responses = file('responses.csv', simulated());

describe('meetlat calibrate', () => {
  it('writes a report in one page without script, safe tables and JSON; what was left out is said', () => {
    const { code, out } = meetlat(
      'calibrate',
      responses,
      '--model',
      '2pl',
      '--groups',
      'school',
      '--cuts',
      'A2=0,B1=1',
      '--out',
      place('one'),
    );
    expect(code).toBe(0);
    expect(out).toContain('perfect: alle 600 antwoorden hebben score 1');
    expect(readdirSync(place('one')).sort()).toEqual(['calibration.json', 'items.csv', 'persons.csv', 'report.html']);
    expect(existsSync(place('one.part'))).toBe(false);
    const page = readFileSync(join(place('one'), 'report.html'), 'utf8');
    expect(page.match(/<svg/g)?.length).toBe(12 + 5);
    expect(page).toContain('perfect: alle 600 antwoorden');
    expect(page).not.toMatch(/<script|src=|href=|NaN|undefined/);
    expect(readFileSync(join(place('one'), 'items.csv'), 'utf8')).toContain(`"'=HYPERLINK(""x"")"`);
    const { groups, leftOut, calibration, persons } = written('one');
    expect([persons, leftOut, calibration?.converged]).toEqual([600, [{ item: 'perfect' }], true]);
    expect((groups?.[1]?.mean ?? NaN) - (groups?.[0]?.mean ?? NaN)).toBeCloseTo(1, 0);
  }, 60_000);
  it('several models in one run, a free population, and the same numbers from two threads', () => {
    const essay = (n: number, cells: readonly string[]): number =>
      (n * 7) % 3 === 0 ? 2 : Number((n * 7) % 3 === 1 ? cells.at(-2) : cells[6]);
    const mixed = file(
      'mixed.csv',
      simulated()
        .split('\n')
        .map((line, n) => (n === 0 ? `${line},essay` : line === '' ? line : `${line},${essay(n, line.split(','))}`))
        .join('\n'),
    );
    const chosen = file('models.csv', 'item,model\ni1,3pl\nessay,grm\n');
    const priors = file(
      'priors.json',
      JSON.stringify({ lower: { kind: 'logitNormal', mean: -1.4, sd: 0.5 }, slope: { mean: 0, sd: 0.5 } }),
    );
    for (const workers of ['1', '2'])
      expect(
        meetlat(
          'calibrate',
          mixed,
          '--model',
          'auto',
          '--models',
          chosen,
          '--priors',
          priors,
          '--groups',
          'school',
          '--workers',
          workers,
          '--out',
          place(`mixed-${workers}`),
        ),
      ).toMatchObject({ code: 0, error: '' });
    const [one, two] = ['1', '2'].map((workers) =>
      JSON.parse(readFileSync(join(place(`mixed-${workers}`), 'calibration.json'), 'utf8')),
    );
    expect(one.calibration).toMatchObject({ model: 'mixed', converged: true });
    expect(one.calibration.models.slice(0, 2)).toEqual(['2pl', '3pl']);
    expect({ ...one, madeAt: '' }).toEqual({ ...two, madeAt: '' });
    expect(readFileSync(join(place('mixed-1'), 'report.html'), 'utf8')).not.toMatch(/undefined|NaN/);
    expect(meetlat('calibrate', mixed, '--model', 'auto', '--groups', 'school', '--density', 'histogram').code).toBe(0);
    expect(meetlat('calibrate', mixed, '--model', '2pl', '--groups', 'school', '--language', 'en')).toMatchObject({
      code: 2,
      error: expect.stringContaining('item essay has category 2'),
    });
    expect(
      meetlat(
        'calibrate',
        mixed,
        '--groups',
        'school',
        '--model',
        'auto',
        '--models',
        file('unit.csv', 'item,model\ni1,rasch\ni2,rasch\ni3,rasch\n'),
        '--out',
        place('unit'),
      ).code,
    ).toBe(0);
    expect(
      written('unit')
        .parameters.slice(1, 4)
        .map(({ slope }) => slope),
    ).toEqual([1, 1, 1]);
    expect(
      meetlat(
        'calibrate',
        mixed,
        '--groups',
        'school',
        '--language',
        'en',
        '--models',
        file('bad2.csv', 'item,model\ni1,4pl\n'),
      ),
    ).toMatchObject({ code: 2, error: expect.stringContaining('line 2') });
  }, 120_000);
  it('what is known of the persons: a latent regression in place of groups', () => {
    expect(meetlat('calibrate', responses, '--covariates', 'school', '--out', place('regression')).code).toBe(0);
    const {
      calibration: { regression },
      population,
    } = JSON.parse(readFileSync(join(place('regression'), 'calibration.json'), 'utf8'));
    expect(regression.names).toEqual(['school=b']);
    expect(Math.abs(regression.coefficients[0] - 1)).toBeLessThan(4 * regression.standardErrors[0]);
    expect(population.mean).toBeCloseTo(regression.coefficients[0] / 2, 2);
    expect(readFileSync(join(place('regression'), 'report.html'), 'utf8')).toContain('school=b');
    expect(meetlat('calibrate', responses, '--covariates', 'school', '--groups', 'school')).toMatchObject({ code: 2 });
    expect(meetlat('calibrate', responses, '--covariates', 'town')).toMatchObject({
      code: 2,
      error: expect.stringContaining('town'),
    });
  }, 60_000);
  it('conditional and joint estimates agree with marginal ones; what does not go with them is refused', () => {
    const spread = (name: string): number[] => {
      const b = written(name).parameters.map(({ difficulty = NaN }) => difficulty);
      const mean = b.reduce((sum, value) => sum + value, 0) / b.length;
      return b.map((value) => value - mean);
    };
    const plain = file(
      'plain.csv',
      readFileSync(responses, 'utf8')
        .split('\n')
        .map((line) =>
          line
            .split(',')
            .filter((_, n) => n !== 1)
            .join(','),
        )
        .join('\n'),
    );
    for (const estimator of ['mml', 'cml', 'jml'])
      expect(
        meetlat('calibrate', plain, '--model', 'rasch', '--estimator', estimator, '--out', place(estimator)),
      ).toMatchObject({ code: 0, error: '' });
    const mml = spread('mml');
    for (const other of ['cml', 'jml'])
      spread(other).forEach((value, n) => {
        expect(Math.abs(value - (mml[n] ?? NaN))).toBeLessThan(0.15);
      });
    const {
      calibration: { andersen },
    } = JSON.parse(readFileSync(join(place('cml'), 'calibration.json'), 'utf8'));
    expect(andersen.degreesOfFreedom).toBe(11);
    for (const wrong of [
      ['--model', '2pl'],
      ['--model', 'rasch', '--bias-correction'],
      ['--model', 'rasch', '--anchors', file('one.csv', 'item,difficulty\ni1,0\n')],
    ])
      expect(meetlat('calibrate', plain, '--estimator', 'cml', ...wrong)).toMatchObject({ code: 2 });
    expect(meetlat('calibrate', plain, '--estimator', 'emm')).toMatchObject({
      code: 2,
      error: expect.stringContaining('mml, cml, jml'),
    });
  }, 60_000);
  it('every way to put new items beside fixed ones', () => {
    const anchors = file(
      'operational.csv',
      `item,slope,difficulty\n${truth
        .slice(1, 9)
        .map((spec) => (spec.model === 'logistic' ? `${spec.id},${spec.slope},${spec.difficulty}` : ''))
        .join('\n')}\n`,
    );
    for (const online of ['mwu-mem', 'mem', 'oem', 'method-a']) {
      expect(
        meetlat(
          'calibrate',
          responses,
          '--groups',
          'school',
          '--anchors',
          anchors,
          '--online',
          online,
          '--out',
          place(online),
        ),
      ).toMatchObject({ code: 0, error: '' });
      const found = written(online).parameters;
      expect(found.find(({ id }) => id === 'i4')?.difficulty).toBeCloseTo(-1.5 + 4 * 0.27, 9);
      expect(Math.abs((found.find(({ id }) => id === 'i10')?.difficulty ?? NaN) - (-1.5 + 10 * 0.27))).toBeLessThan(
        online === 'mem' ? 1 : 0.6,
      );
      expect(readFileSync(join(place(online), 'report.html'), 'utf8')).not.toMatch(/undefined|NaN/);
    }
    expect(meetlat('calibrate', responses, '--groups', 'school', '--online', 'oem')).toMatchObject({
      code: 2,
      error: expect.stringContaining('--anchors'),
    });
  }, 60_000);
  it('estimates without their bias, and errors in other ways', () => {
    for (const [name, ...options] of [
      ['plain'],
      ['corrected', '--bias-correction'],
      ['cross', '--errors', 'cross-product'],
      ['sandwich', '--errors', 'sandwich'],
    ])
      expect(
        meetlat('calibrate', responses, '--groups', 'school', ...options, '--out', place(`e-${name ?? ''}`)).code,
      ).toBe(0);
    const [plain, corrected, cross, sandwich] = ['plain', 'corrected', 'cross', 'sandwich'].map((name) =>
      JSON.parse(readFileSync(join(place(`e-${name}`), 'calibration.json'), 'utf8')),
    );
    expect(corrected.calibration).toMatchObject({
      biasCorrection: true,
      logLikelihood: plain.calibration.logLikelihood,
    });
    const slopes = (of: { parameters: { slope: number }[] }): number =>
      of.parameters.reduce((sum, { slope }) => sum + slope, 0);
    expect(slopes(corrected)).toBeLessThan(slopes(plain));
    for (const other of [cross, sandwich]) {
      expect(other.parameters).toEqual(plain.parameters);
      expect(other.calibration.standardErrors).not.toEqual(plain.calibration.standardErrors);
    }
  }, 60_000);
  it('what distractors attract, where the file tells which option was chosen; the fit of every person', () => {
    const random = createRng('distractors');
    const bank = createItemParameters(truth);
    const rows = Array.from({ length: 500 }, (_, person) => {
      const theta = random.normal();
      return truth
        .slice(1, 8)
        .map((spec, n) => {
          const isRight = drawCategory(bank, n + 1, theta, random) === 1;
          // i7 is keyed wrongly: its real key D counts as wrong, and C as right.
          const choice = isRight ? (n === 6 ? 'D' : 'B') : (['A', 'C'][random.integer(2)] ?? 'A');
          return `p${person},${spec.id},${n === 6 ? Number(choice === 'C') : Number(isRight)},${choice}`;
        })
        .join('\n');
    });
    expect(
      meetlat(
        'calibrate',
        file('chosen.csv', `person,item,response,choice\n${rows.join('\n')}\n`),
        '--model',
        '2pl',
        '--out',
        place('chosen'),
      ).error,
    ).toBe('');
    const table = readFileSync(join(place('chosen'), 'distractors.csv'), 'utf8').split('\r\n');
    expect(table[0]).toBe('item,option,isKey,persons,share,restCorrelation,weak,middle,strong,flags');
    expect(table.find((line) => line.startsWith('i7,D,0'))).toContain('distractor-draws-the-strong');
    expect(table.find((line) => line.startsWith('i2,B,1'))).toMatch(/,$/);
    const page = readFileSync(join(place('chosen'), 'report.html'), 'utf8');
    expect(page).toContain('Afleiders');
    expect(page).toContain('een afleider trekt wie sterk is');
    expect(readFileSync(join(place('chosen'), 'persons.csv'), 'utf8')).toMatch(
      /^person,theta,standardError,lzStar,p,infit,outfit\r\np0,-?\d/,
    );
    expect(
      meetlat('calibrate', file('bad-choice.csv', 'person,item,response,choice\np,i,1,?\n'), '--language', 'en'),
    ).toMatchObject({ code: 2, error: expect.stringContaining('Line 2, item i: "?" is no option') });
  }, 60_000);
  it('persons in the order of their answers, where that order is known', () => {
    const random = createRng('in order');
    const bank = createItemParameters(truth);
    const answers = Array.from({ length: 300 }, (_, person) => {
      const theta = random.normal();
      return truth.slice(1).map((spec, n) => ({
        session: `s${person}`,
        item: spec.id,
        version: 1,
        category: drawCategory(bank, n + 1, theta, random),
      }));
    }).flat();
    const persons = (name: string): string[] =>
      readFileSync(join(place(name), 'persons.csv'), 'utf8')
        .trim()
        .split('\r\n');
    const lines = file(
      'order.csv',
      'person,item,response\n' +
        `${answers.map(({ session, item, category }) => `${session},${item},${category}`).join('\n')}\n`,
    );
    expect(meetlat('calibrate', lines, '--model', '2pl', '--out', place('unordered')).error).toBe('');
    expect(persons('unordered')[0]).not.toContain('cusum');
    expect(meetlat('calibrate', lines, '--model', '2pl', '--in-order', '--out', place('ordered')).error).toBe('');
    const [header, ...found] = persons('ordered');
    expect(header).toBe(
      'person,theta,standardError,lzStar,p,infit,outfit,cusum,cusumP,cusumDirection,cusumFrom,cusumTo',
    );
    expect(found.every((line) => /,(better|worse),\d+,\d+$/.test(line))).toBe(true);
    expect(readFileSync(join(place('ordered'), 'report.html'), 'utf8')).toMatch(
      /In de volgorde van de antwoorden \(CUSUM\): van 300 personen/,
    );
    // Journal rows tell their order themselves.
    expect(
      meetlat(
        'calibrate',
        file('order.jsonl', answers.map((row) => JSON.stringify(row)).join('\n')),
        '--model',
        '2pl',
        '--language',
        'en',
        '--out',
        place('journal'),
      ).error,
    ).toBe('');
    expect(persons('journal').slice(1)).toEqual(found);
  }, 60_000);
  it('fixed anchors keep their parameters; linked ones give the scale', () => {
    const anchors = file(
      'anchors.csv',
      `item,slope,difficulty\n${truth
        .slice(3, 9)
        .map((spec) => (spec.model === 'logistic' ? `${spec.id},${spec.slope},${spec.difficulty + 2}` : ''))
        .join('\n')}\n`,
    );
    for (const method of ['fixed', 'linked']) {
      expect(
        meetlat(
          'calibrate',
          responses,
          '--groups',
          'school',
          '--anchors',
          anchors,
          '--anchor-method',
          method,
          '--out',
          place(method),
        ).code,
      ).toBe(0);
      const [b4, b11] = ['i4', 'i11'].map(
        (id) => written(method).parameters.find((spec) => spec.id === id)?.difficulty ?? NaN,
      );
      if (method === 'fixed') expect(b4).toBeCloseTo(-1.5 + 4 * 0.27 + 2, 9);
      expect(b11).toBeGreaterThan(2.9);
      expect(b11).toBeLessThan(4.1);
    }
  }, 60_000);
  it('fit takes the JSON that calibrate wrote', () => {
    meetlat('calibrate', responses, '--model', 'rasch', '--groups', 'school', '--out', place('rasch'));
    const { code } = meetlat(
      'fit',
      responses,
      '--groups',
      'school',
      '--parameters',
      join(place('rasch'), 'calibration.json'),
      '--language',
      'en',
      '--out',
      place('fit'),
    );
    expect(code).toBe(0);
    expect(written('fit', 'fit.json').parameters).toEqual(written('rasch').parameters);
    expect(readFileSync(join(place('fit'), 'report.html'), 'utf8')).toContain('<html lang="en">');
  }, 60_000);
  it('a wrong key is found: the item is to be dropped', () => {
    const turned = readFileSync(responses, 'utf8')
      .split('\n')
      .map((line, n) => {
        const cells = line.split(',');
        if (n > 0 && cells.length > 10) cells[7] = cells[7] === '1' ? '0' : '1';
        return cells.join(',');
      })
      .join('\n');
    meetlat('calibrate', file('turned.csv', turned), '--groups', 'school', '--out', place('turned'));
    expect(written('turned').appraisal.items[5]).toMatchObject({ item: 'i5', light: 'drop' });
    expect(written('turned').appraisal.items[5]?.reasons).toContain('negative-slope');
  }, 60_000);
  it('not converged: code 1, said in the report with what to try', () => {
    expect(
      meetlat(
        'calibrate',
        responses,
        '--groups',
        'school',
        '--cycles',
        '3',
        '--language',
        'en',
        '--out',
        place('short'),
      ).code,
    ).toBe(1);
    expect(readFileSync(join(place('short'), 'report.html'), 'utf8')).toContain('NOT CONVERGED');
  }, 60_000);
  it('refuses wrong calls in one line, and never replaces a folder of something else', () => {
    for (const options of [
      [responses, '--model', '5pl'],
      [responses, '--groups', 'class'],
      [place('none.csv')],
      [file('bad.csv', 'A,B\n1,x\n')],
      [responses, '--groups', 'school', '--out', folder],
      [responses, '--cuts', 'B1'],
    ]) {
      const { code, error } = meetlat('calibrate', ...options);
      expect([
        code,
        error
          .trim()
          .split('\n')
          .filter((line) => line.startsWith('meetlat: ')).length,
      ]).toEqual([2, 1]);
    }
    const wrong = file('bad.csv', 'A,B\n1,x\n');
    expect(meetlat('calibrate', wrong).error).toContain('Regel 2, item B: “x” is geen score.');
    expect(meetlat('calibrate', wrong, '--language', 'en').error).toContain('Line 2, item B: "x" is no score.');
    expect(meetlat('calibrate', file('ragged.csv', 'A,B\n1,0\n1\n')).error).toContain(
      'Regel 3 heeft 1 cellen in plaats van 2.',
    );
    expect(existsSync(responses)).toBe(true);
  }, 60_000);
});

describe('meetlat link', () => {
  const spec = (id: string, slope: number, difficulty: number): string => `${id},${slope},${difficulty}`;
  it('finds the scale, leaves a drifted anchor out, and writes tables, JSON and a page', () => {
    const items = Array.from({ length: 10 }, (_, n) => ({
      id: `i${n}`,
      slope: 0.8 + 0.07 * n,
      difficulty: -1.8 + 0.4 * n,
      noise: 0.04 * (((n * 7) % 5) - 2),
    }));
    const old = file(
      'old.csv',
      ['item,slope,difficulty', ...items.map(({ id, slope, difficulty }) => spec(id, slope, difficulty))].join('\n'),
    );
    const fresh = file(
      'new.csv',
      [
        'item,slope,difficulty',
        ...items.map(({ id, slope, difficulty, noise }, n) =>
          spec(id, slope * 1.25 * (1 + noise / 4), (difficulty - 0.5) / 1.25 + noise + (n === 4 ? 1.5 : 0)),
        ),
      ].join('\n'),
    );
    expect(meetlat('link', fresh, old, '--out', place('link')).code).toBe(0);
    const link = z
      .object({
        link: z.object({
          slope: z.number(),
          shift: z.number(),
          residuals: z.array(z.object({ item: z.string(), isUsed: z.boolean() })),
        }),
        scores: z.array(z.unknown()),
      })
      .parse(JSON.parse(readFileSync(join(place('link'), 'link.json'), 'utf8')));
    expect(Math.abs(link.link.slope - 1.25)).toBeLessThan(0.1);
    expect(Math.abs(link.link.shift - 0.5)).toBeLessThan(0.1);
    expect(link.link.residuals.find(({ item }) => item === 'i4')?.isUsed).toBe(false);
    expect(link.scores).toHaveLength(11);
    const page = readFileSync(join(place('link'), 'report.html'), 'utf8');
    expect(page.match(/<svg/g)).toHaveLength(3);
    expect(page).not.toMatch(/<script|src=|href=|NaN|undefined/);
    // Two calibrations of halves of the persons: the link of one to the other knows its error.
    const lines = simulated().trim().split('\n');
    const halves = [0, 1].map((half) => {
      const path = file(
        `half-${half}.csv`,
        [lines[0] ?? '', ...lines.slice(1).filter((_, n) => Math.floor(n / 2) % 2 === half)].join('\n'),
      );
      expect(meetlat('calibrate', path, '--groups', 'school', '--out', place(`half-${half}`)).code).toBe(0);
      return join(place(`half-${half}`), 'calibration.json');
    });
    expect(meetlat('link', halves[0] ?? '', halves[1] ?? '', '--out', place('halves')).code).toBe(0);
    const Errors = z.object({
      methods: z.array(
        z.object({ method: z.string(), a: z.number(), b: z.number(), slopeError: z.number(), shiftError: z.number() }),
      ),
    });
    for (const { a, b, slopeError, shiftError } of Errors.parse(
      JSON.parse(readFileSync(join(place('halves'), 'link.json'), 'utf8')),
    ).methods) {
      expect(slopeError).toBeGreaterThan(0.01);
      expect(shiftError).toBeGreaterThan(0.01);
      expect(Math.abs(a - 1) / slopeError).toBeLessThan(4);
      expect(Math.abs(b) / shiftError).toBeLessThan(4);
    }
    expect(meetlat('link', fresh, file('other.csv', 'item,slope,difficulty\nx,1,0\n')).code).toBe(2);
  }, 180_000);
});

describe('meetlat dif', () => {
  it('finds the one item that is harder for the focal group at equal score', () => {
    const [bank, random] = [createItemParameters(truth), createRng(11)];
    const hard = createItemParameters(
      truth.map((spec, n) =>
        n === 6 && spec.model === 'logistic' ? { ...spec, difficulty: spec.difficulty + 1.2 } : spec,
      ),
    );
    const rows = Array.from({ length: 1600 }, (_, person) => {
      const theta = random.normal();
      return (
        `p${person},${person % 2 === 0 ? 'a' : 'b'},` +
        `${truth.map((__, item) => drawCategory(person % 2 === 0 ? bank : hard, item, theta, random)).join(',')}`
      );
    });
    const path = file('dif.csv', `person,school,${truth.map((_, n) => `q${n}`).join(',')}\n${rows.join('\n')}\n`);
    expect(meetlat('dif', path, '--groups', 'school', '--focal', 'b', '--out', place('dif')).code).toBe(0);
    const { items = [] } =
      z
        .object({
          comparisons: z.array(
            z.object({
              items: z.array(
                z.object({ item: z.string(), mantelHaenszel: z.object({ delta: z.number(), etsClass: z.string() }) }),
              ),
            }),
          ),
        })
        .parse(JSON.parse(readFileSync(join(place('dif'), 'dif.json'), 'utf8'))).comparisons[0] ?? {};
    expect(items.filter(({ mantelHaenszel }) => mantelHaenszel.etsClass === 'C').map(({ item }) => item)).toEqual([
      'q6',
    ]);
    // The same by ability where a third of the answers is missing and one item has three scores; with a model, by Wald
    // and RMSD too.
    const sparse = file(
      'dif-sparse.csv',
      readFileSync(path, 'utf8')
        .split('\n')
        .map((line, n) =>
          n === 0 || line === ''
            ? `${line}${n === 0 ? ',essay' : ''}`
            : `${line
                .split(',')
                .map((cell, column) => (column > 1 && (n + column) % 3 === 0 ? '' : cell))
                .join(',')},${(n * 5) % 7 > 3 ? 2 : Number(line.split(',')[4])}`,
        )
        .join('\n'),
    );
    expect(meetlat('dif', sparse, '--groups', 'school', '--focal', 'b', '--match', 'score').code).toBe(2);
    const Model = z.object({
      matchedOn: z.string(),
      items: z.array(
        z.object({
          item: z.string(),
          light: z.string(),
          mantel: z.object({ etsClass: z.string() }).optional(),
          wald: z.object({ p: z.number() }).optional(),
          rmsd: z.object({ focal: z.number() }),
        }),
      ),
    });
    expect(
      meetlat(
        'dif',
        sparse,
        '--groups',
        'school',
        '--focal',
        'b',
        '--model',
        'auto',
        '--workers',
        '2',
        '--out',
        place('dif-sparse'),
      ),
    ).toMatchObject({ code: 0, error: '' });
    const outcome = z
      .object({ comparisons: z.tuple([Model]) })
      .parse(JSON.parse(readFileSync(join(place('dif-sparse'), 'dif.json'), 'utf8'))).comparisons[0];
    expect(outcome.matchedOn).toBe('ability');
    expect(outcome.items.filter(({ light }) => light === 'drop').map(({ item }) => item)).toEqual(['q6']);
    expect(outcome.items.find(({ item }) => item === 'q6')?.wald?.p).toBeLessThan(1e-4);
    expect(outcome.items.find(({ item }) => item === 'essay')?.mantel?.etsClass).toBe('AA');
    expect(readFileSync(join(place('dif-sparse'), 'report.html'), 'utf8')).not.toMatch(/undefined|NaN/);
    expect(items[6]?.mantelHaenszel.delta).toBeLessThan(-1.5);
    expect(readFileSync(join(place('dif'), 'report.html'), 'utf8')).not.toMatch(/<script|src=|href=|NaN|undefined/);
    expect(meetlat('dif', path, '--groups', 'school', '--focal', 'z').code).toBe(2);
  }, 180_000);
});
