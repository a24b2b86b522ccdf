/** Options of benches: bench/options.ts and bench/kept-rows.ts. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { KeptRows, keeping } from '../../bench/kept-rows.ts';
import { count, flag, maybe, parseOptions, parts, realData, someOf, totalEpsilon, words } from '../../bench/options.ts';

const ABOUT = { measures: 'Measures nothing.', examples: ['npm run bench:nothing -- --seeds 2'] };
const SPEC = {
  data: realData('amazon/'),
  seeds: count('how many', 3),
  epsilon: totalEpsilon('total', '4'),
  only: someOf(['a', 'b'], 'parts'),
  decoders: maybe(words('all if none is named', '')),
  noPeer: flag('without the peer'),
  oracles: parts(['claims', 'sums'], 'which'),
  ...keeping('runs/nothing.jsonl'),
};

/** What a command line gives, or the text with which it ends. */
function read(...given: string[]) {
  let text = '';
  const command = new Command('nothing').configureOutput({
    writeOut: (more) => (text += more),
    writeErr: (more) => (text += more),
  });
  try {
    return { options: parseOptions(command, ABOUT, SPEC, given), text, exitCode: 0 };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { text, exitCode: error.exitCode };
  }
}

describe('options of a bench', () => {
  const before = process.env.ISTHMUS_DATA;
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-options-'));
  beforeEach(() => (process.env.ISTHMUS_DATA = folder));
  after(() => {
    if (before === undefined) delete process.env.ISTHMUS_DATA;
    else process.env.ISTHMUS_DATA = before;
    rmSync(folder, { recursive: true });
  });

  it('have defaults, and are read by their kinds', () => {
    assert.deepEqual(read().options, {
      ...{ data: folder, seeds: 3, epsilon: 4, only: ['a', 'b'], decoders: undefined, noPeer: false, oracles: [] },
      ...{ minutes: 600, rows: 'runs/nothing.jsonl', resume: false },
    });
    const given = [
      '--seeds',
      '2',
      '--epsilon',
      'none',
      '--only',
      'b',
      '--decoders',
      'x,y',
      '--no-peer',
      '--minutes',
      '.5',
    ];
    assert.deepEqual(read('sums', '--seeds', '2', 'claims').options?.oracles, ['sums', 'claims']);
    const { decoders, epsilon, minutes, noPeer, only, seeds } = read(...given).options!;
    assert.deepEqual([seeds, epsilon, only, decoders, noPeer, minutes], [2, null, ['b'], ['x', 'y'], true, 0.5]);
  });

  it('--help says what is measured, and shows every option and an example', () => {
    const { exitCode, text } = read('--help');
    assert.equal(exitCode, 0);
    assert.match(text, /Measures nothing\./);
    for (const option of ['data', 'seeds', 'epsilon', 'only', 'decoders', 'no-peer', 'minutes', 'rows', 'resume'])
      assert.ok(text.includes(`--${option}`), option);
    assert.match(text, /Examples:\n {2}npm run bench:nothing -- --seeds 2/);
  });

  it('a line that cannot be used ends with one sentence', () => {
    delete process.env.ISTHMUS_DATA;
    assert.match(read().text, /^error: --data or ISTHMUS_DATA must name the folder that holds amazon\/\n$/);
    for (const [given, says] of [
      [['--sedes', '2'], /^error: unknown option '--sedes'/],
      [['--seeds', '2x'], /^error: option '--seeds <n>' argument '2x' is invalid. "2x" is not a whole number .*\n$/],
      [['--only', 'c'], /^error: .* "c" is not one of a, b\.\n$/],
      [['--data', join(folder, 'none')], /^error: .* It must be the folder that holds amazon\/\.\n$/],
      [['toys'], /^error: .* "toys" is not one of claims, sums\.\n$/],
    ] as const) {
      const { exitCode, text } = read(...given);
      assert.notEqual(exitCode, 0);
      assert.match(text, says);
    }
  });
});

describe('kept rows of a bench', () => {
  interface Row {
    readonly seed: number;
    readonly found: number;
  }
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-kept-rows-'));
  const rows = join(folder, 'runs', 'rows.jsonl');
  after(() => rmSync(folder, { recursive: true }));
  const open = (resume: boolean, minutes = 1) =>
    new KeptRows<Pick<Row, 'seed'>, Row>({ rows, resume, minutes }, ({ seed }) => String(seed));

  it('a later run has them, without a line that was cut off', () => {
    open(false).add({ seed: 1, found: 0.5 });
    appendFileSync(rows, '{"seed":2,"fo');
    const again = open(true);
    assert.deepEqual(again.all, [{ seed: 1, found: 0.5 }]);
    assert.deepEqual([again.has({ seed: 1 }), again.has({ seed: 2 })], [true, false]);
    again.add({ seed: 2, found: 0.25 });
    assert.deepEqual(open(true).find({ seed: 2 }), { seed: 2, found: 0.25 });
    assert.deepEqual(open(false).all, []);
  });

  it('no row begins after the minutes', () => {
    assert.deepEqual([open(true, 60).isOver, open(true, 1e-9).isOver], [false, true]);
  });
});
