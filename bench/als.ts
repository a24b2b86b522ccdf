/**
 * Compares our implicit ALS with the library implicit: the same matrices, dimension, sweeps, weight and ridge, one
 * thread each, in turn within one run. Seconds are processor seconds.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectSource } from '../client/data/inspect.ts';
import type { Interactions } from '../core/data/domain.ts';
import type { Kernels } from '../core/kernels/index.ts';
import { inJavaScript } from '../core/kernels/javascript/kernels.ts';
import { inWasm } from '../core/kernels/wasm/kernels.ts';
import { Prng } from '../core/random/prng.ts';
import { seededRandom } from '../core/random/seeded.ts';
import { factorSettings } from '../core/transfer/decoder/target-factors.ts';
import { implicitAls } from '../core/transfer/factors/implicit-als.ts';
import { gram } from '../core/transfer/linear-algebra/products.ts';
import { openPeer } from './kernels/peer.ts';
import { cpuSeconds, machine, medianAndSpread } from './kernels/measure.ts';
import { count, flag, maybe, readOptions, realData, words } from './options.ts';

const flags = readOptions(
  {
    measures:
      'Compares our implicit ALS with the library implicit on the same matrices, in processor seconds of one thread.',
    examples: [
      'bench/peers/install-implicit-peer.sh      once; without it the peer has no figures (or ISTHMUS_PEER_PYTHON names one)',
      'ISTHMUS_DATA=DIR npm run bench:als -- --domains toys,sports --repeats 5 --reference --cholesky',
    ],
    more: 'Without data it uses a synthetic matrix of 20,000 persons and 12,000 items.',
  },
  {
    data: maybe(realData('amazon/')),
    domains: words('of amazon/', 'toys,sports'),
    repeats: count('medians are over so many', 5),
    reference: flag('adds our JavaScript'),
    cholesky: flag("adds the peer's exact solver"),
  },
);
const { data, repeats } = flags;
const { dimension: d, ridge, sweeps, unseenWeight: w0 } = factorSettings;

interface Matrix extends Interactions {
  readonly name: string;
  readonly columns: number;
}

async function matrices(): Promise<Matrix[]> {
  if (data === undefined) return [synthetic(20_000, 12_000)];
  return Promise.all(
    flags.domains.map(async (name) => {
      const { domain } = (await inspectSource(join(data, 'amazon', `${name}.tsv`), { name, minRating: null })).report;
      return { name, offsets: domain.offsets, items: domain.items, columns: domain.catalogue.length };
    }),
  );
}

/** Histories of 3 to 14 items, in which popular items are more frequent. */
function synthetic(persons: number, columns: number): Matrix {
  const prng = new Prng('als');
  const rows = Array.from({ length: persons }, (_, person) => {
    const seen = new Set<number>();
    while (seen.size < 3 + (person % 12)) seen.add(Math.floor(columns * prng.uniform() ** 3));
    return [...seen];
  });
  const offsets = new Uint32Array(persons + 1);
  rows.forEach((row, i) => (offsets[i + 1] = offsets[i] + row.length));
  return { name: 'synthetic', offsets, items: Uint32Array.from(rows.flat()), columns };
}

interface Losses {
  /** L of core/transfer/factors/implicit-als.ts: a seen pair has weight 1 in addition to the weight of all pairs. */
  readonly ours: number;
  /** The peer's loss times w0: a seen pair has weight 1 + w0, and the term of the unseen pairs leaves it out. */
  readonly theirs: number;
}

function lossesOf({ items, offsets }: Interactions, x: Float32Array, y: Float32Array): Losses {
  const gx = gram(x, d);
  const gy = gram(y, d);
  let common = 0;
  for (let i = 0; i < d * d; i++) common += w0 * gx[i] * gy[i];
  for (let i = 0; i < d; i++) common += ridge * (gx[i * d + i] + gy[i * d + i]);
  let ours = common;
  let theirs = common;
  for (let person = 0; person + 1 < offsets.length; person++) {
    for (let at = offsets[person]; at < offsets[person + 1]; at++) {
      let score = 0;
      for (let i = 0; i < d; i++) score += x[person * d + i] * y[items[at] * d + i];
      ours += (1 - score) ** 2;
      theirs += (1 + w0) * (1 - score) ** 2 - w0 * score ** 2;
    }
  }
  return { ours, theirs };
}

async function floatsIn(file: string): Promise<Float32Array> {
  const bytes = await readFile(file);
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

interface Fit extends Losses {
  readonly seconds: number;
}

console.log(machine());
const folder = await mkdtemp(join(tmpdir(), 'isthmus-als-'));
const peer = openPeer();
if (peer === undefined) console.log('the peer is not installed: bench/peers/install-implicit-peer.sh');
for (const matrix of await matrices()) {
  const persons = matrix.offsets.length - 1;
  console.log(
    `\n${matrix.name}: ${persons} persons, ${matrix.columns} items, ${matrix.items.length} interactions; d ${d}, ${sweeps} sweeps`,
  );
  const file = join(folder, matrix.name);
  const head = Uint32Array.of(persons, matrix.columns, matrix.items.length);
  await writeFile(file, Buffer.concat([head, matrix.offsets, matrix.items].map((part) => Buffer.from(part.buffer))));
  const ours = (kernels: Kernels) => () => {
    const began = process.cpuUsage();
    const fit = implicitAls(matrix, matrix.columns, factorSettings, seededRandom('als'), {}, kernels);
    return { seconds: cpuSeconds(began), ...lossesOf(matrix, fit.persons, fit.items) };
  };
  const theirs = (solver: string) => async () => {
    const settings = { dimension: d, sweeps, unseen: w0, ridge, seed: 1 };
    const { seconds } = await peer!.ask({ what: 'fit', solver, matrix: file, ...settings });
    return { seconds, ...lossesOf(matrix, await floatsIn(`${file}.persons`), await floatsIn(`${file}.items`)) };
  };
  const methods: Record<string, () => Fit | Promise<Fit>> = {
    'ours, WebAssembly': ours(inWasm),
    ...(flags.reference && { 'ours, JavaScript': ours(inJavaScript) }),
    ...(peer && { 'implicit, cg': theirs('cg') }),
    ...(peer && flags.cholesky && { 'implicit, Cholesky': theirs('cholesky') }),
  };
  const spent = new Map<string, number[]>();
  const losses = new Map<string, Losses>();
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [name, run] of Object.entries(methods)) {
      const fit = await run();
      spent.set(name, [...(spent.get(name) ?? []), fit.seconds]);
      losses.set(name, fit);
    }
  }
  for (const [name, seconds] of spent) {
    const { ours: own = NaN, theirs: other = NaN } = losses.get(name) ?? {};
    console.log(
      `${name.padEnd(20)} ${medianAndSpread(seconds)} s; our loss ${own.toFixed(1)}, theirs ${other.toFixed(1)}`,
    );
  }
  const cg = spent.get('implicit, cg');
  const own = spent.get('ours, WebAssembly');
  if (cg && own) {
    console.log(`implicit / ours     ${medianAndSpread(cg.map((seconds, i) => seconds / own[i]))}`);
  }
}
peer?.close();
await rm(folder, { recursive: true, force: true });
