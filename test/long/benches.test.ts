/**
 * Every bench runs to its end with the smallest sensible arguments, so that none rots. What it measures here says nothing.
 * @module
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../e2e/isthmus.ts';

interface Bench {
  readonly args: readonly string[];
  /** Words that the output has once the bench has measured something. */
  readonly says: RegExp;
  /** True if it reads the folder ISTHMUS_DATA. */
  readonly data?: boolean;
  /** True if it installs packages from PyPI itself and cannot do without. */
  readonly python?: boolean;
}

const out = mkdtempSync(join(tmpdir(), 'isthmus-benches-'));

/** By the name of the script in package.json, without `bench:`. */
const BENCHES: Readonly<Record<string, Bench>> = {
  accountant: { args: ['--repeats', '1'], says: /sampled Gaussian, z \.7, q \.01, 120 steps +\d/ },
  als: { args: ['--domains', 'toys', '--repeats', '1'], says: /toys/, data: true },
  attack: { args: ['--only', 'strangers'], says: /s in all/ },
  bridge: { args: ['--only', 'xmarket', '--cuts', '1'], says: /linked elsewhere/, data: true },
  chaos: { args: ['--platforms', '5', '--rounds', '2', '--deaths', '1'], says: /2 of 2 rounds completed/ },
  'charged-search': {
    args: ['--setting', 'sports-toys', '--trials', '2', '--seeds', '1'],
    says: /composition of 2 /,
    data: true,
  },
  claims: { args: ['--rounds', '2'], says: /printed +opened/ },
  codes: {
    args: [
      ...[
        '--settings',
        'sports>toys',
        '--encoders',
        'linear-bridge',
        '--modes',
        'ldp',
        '--totals',
        '8',
        '--seeds',
        '1',
      ],
      ...['--rows', join(out, 'codes.jsonl')],
    ],
    says: /linear-bridge ldp 8/,
    data: true,
  },
  colds: { args: ['--only', 'items', '--domains', 'kitchen', '--seeds', '1'], says: /kitchen/, data: true },
  dropouts: { args: ['--case', 'a', '--rounds', '3'], says: /\| a \|.*completed/ },
  'equal-told': {
    args: [
      ...['--settings', 'sports-toys', '--bits', '32', '--encoders', 'history', '--seeds', '1'],
      ...['--rows', join(out, 'equal-told.jsonl')],
    ],
    says: /\| sports-toys \| 32 \| history/,
    data: true,
  },
  federation: {
    args: [
      '--only',
      'goals',
      '--cuts',
      '1',
      '--choosing-cuts',
      '1',
      '--minutes',
      '0.05',
      '--rows',
      join(out, 'federation.jsonl'),
    ],
    says: /./,
    data: true,
  },
  'fuzz-wire': {
    args: ['--packets', '2000', '--frames', '200', '--loopback', '20'],
    says: /messages through both parsers/,
  },
  inversion: { args: ['--seeds', '1', '--rows', 'none'], says: /none/, data: true },
  kernels: { args: ['--repeats', '1'], says: /GFLOP/ },
  oracle: { args: ['claims', '--first', '1', '--count', '1'], says: /oracle: claims/, python: true },
  pauses: { args: ['--persons', '600', '--items', '200', '--rounds', '1'], says: /coordinator/ },
  'real-data': { args: ['--only', 'game-video', '--seeds', '1', '--in-process'], says: /linear-bridge/, data: true },
  recbole: { args: ['--targets', 'game', '--models', 'none'], says: /linear-bridge/, data: true },
  rooms: { args: [], says: /classes that extend Error/ },
  scale: {
    args: ['--persons', '1000', '--platforms', '10', '--items', '300', '--parameters', '100'],
    says: /10 platforms, degree/,
  },
  secagg: { args: ['--n', '5', '--d', '1000', '--repeat', '1', '--no-peer'], says: /complete/ },
  serving: { args: ['--items', '1000', '--repeats', '1'], says: /1000 items \(representation\)/ },
  start: { args: ['--repeats', '1', '--', '--persons', '300', '--items', '150'], says: /first figures/ },
  strategies: {
    args: ['--decoders', 'ridge', '--minutes', '5', '--rows', join(out, 'strategies.jsonl')],
    says: /ridge/,
    data: true,
  },
};

/** A bench of a few seconds on a quiet machine may take long beside other work. */
const LIMIT_MS = 900_000;

async function run(name: string, args: readonly string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn('npm', ['run', '--silent', `bench:${name}`, '--', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what a bench starts ends with it.
    detached: true,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (more: string) => (text += more));
  const end = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // The group has ended.
    }
  };
  const limit = setTimeout(end, LIMIT_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(limit);
  end();
  return { code, text };
}

describe('benches', function () {
  this.timeout(LIMIT_MS + 60_000);
  after(() => rmSync(out, { recursive: true, force: true }));

  it('are all here', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = Object.keys(scripts).filter((script) => script.startsWith('bench:'));
    assert.deepEqual(
      Object.keys(BENCHES)
        .map((name) => `bench:${name}`)
        .sort(),
      named.sort(),
    );
  });

  for (const name of Object.keys(BENCHES)) {
    it(`bench:${name} --help`, async () => {
      const { code, text } = await run(name, ['--help']);
      assert.equal(code, 0, text);
      assert.match(text, /^Usage: bench\/\S+ \[options\].*\n\n[A-Z][^]*\nOptions:\n[^]*\nExamples:\n {2}\S/m);
    });
  }

  it('bench:kernels refuses an option that it does not know, without a stack', async () => {
    const { code, text } = await run('kernels', ['--reps', '1']);
    assert.equal(code, 2);
    assert.match(text, /^error: unknown option '--reps'\n\(Did you mean --repeats\?\)\n$/);
  });

  for (const [name, { args, data = false, python = false, says }] of Object.entries(BENCHES)) {
    it(`bench:${name} ${args.join(' ')}`, async function () {
      if (data && process.env.ISTHMUS_DATA === undefined) return this.skip();
      const { code, text } = await run(name, args);
      if (python && code !== 0 && /pip|No module named/.test(text)) {
        console.log(`      bench:${name} needs packages from PyPI, which cannot be reached`);
        return;
      }
      assert.equal(code, 0, text.slice(-3000));
      assert.match(text, says);
    });
  }
});
