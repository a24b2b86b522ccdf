/**
 * Rates of the hot kernels, beside numpy and the library implicit: the same arrays, one thread each, in turn within one
 * run. Seconds are processor seconds; a rate counts the multiplications and additions of the task, in its own field, not those of padding.
 * Shapes are those of Amazon's toys: 11,924 items, 48 factors; 2000 persons.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kernels } from '../core/kernels/index.ts';
import { inJavaScript } from '../core/kernels/javascript/kernels.ts';
import { inWasm } from '../core/kernels/wasm/kernels.ts';
import { Prng } from '../core/random/prng.ts';
import { openPeer } from './kernels/peer.ts';
import { cpuSeconds, machine, median, medianAndSpread } from './kernels/measure.ts';
import { count, flag, readOptions } from './options.ts';

const flags = readOptions(
  {
    measures:
      'Measures the rates of the hot kernels beside numpy and the library implicit, on the same arrays, one thread each.',
    examples: [
      "bench/peers/install-implicit-peer.sh      once; without it the peers' rows are left out (or ISTHMUS_PEER_PYTHON names one)",
      'npm run bench:kernels -- --repeats 7 --reference',
    ],
  },
  { repeats: count('medians are over so many', 7), reference: flag('adds our JavaScript') },
);
const { repeats } = flags;
const [persons, items, d, k] = [2000, 11_924, 48, 10];
/** Sizes of kernel ridge: dense features and profile entries of a person, items of all sources. */
const [dense, entries, profileItems] = [96, 10, 18_357];
const candidateRows = 8000;
const candidateWidth = 100;

const prng = new Prng('kernels');
const gaussians = (count: number): Float32Array => Float32Array.from({ length: count }, () => prng.gaussian());
const integers = (count: number, below: number): Uint32Array =>
  Uint32Array.from({ length: count }, () => prng.integer(below));
const data = {
  users: gaussians(persons * d),
  items: gaussians(items * d),
  dense: gaussians(persons * dense),
  profiles: integers(persons * entries, profileItems),
  weights: gaussians(persons * entries),
  candidates: integers(candidateRows * candidateWidth, items),
  rowPerson: integers(candidateRows, persons),
};
const offsets = Uint32Array.from({ length: persons + 1 }, (_, row) => row * entries);

interface Task {
  readonly name: string;
  /** Multiplications and additions. */
  readonly operations: number;
  /** Prepares the data of a run, and returns the run. `repeat` calls of it are measured together. */
  prepare(kernels: Kernels): () => ArrayLike<number>;
  /** Number of runs measured together, so that the clock's resolution does not matter. */
  readonly calls: number;
  readonly peers: readonly string[];
}

const tasks: readonly Task[] = [
  {
    name: 'kernel ridge',
    operations: 4 * persons * (entries + dense) * d,
    calls: 20,
    peers: ['numpy'],
    prepare(kernels) {
      const sparse = { offsets, items: data.profiles, weights: data.weights };
      const shape = { sparseWidth: profileItems, denseWidth: dense, columns: d };
      const held = kernels.holdFeatures({ sparse, dense: data.dense, ...shape });
      return () => held.kernelTimes(data.users, 0.5);
    },
  },
  {
    name: 'ridge path',
    operations: 2 * persons * dense * d,
    calls: 50,
    peers: ['numpy'],
    prepare: (kernels) => () => kernels.crossProduct(data.dense, dense, data.users, d),
  },
  {
    name: 'held-out scores',
    operations: 2 * candidateRows * candidateWidth * d,
    calls: 5,
    peers: ['numpy'],
    prepare: (kernels) => () =>
      kernels.candidateScores({
        candidates: data.candidates,
        width: candidateWidth,
        rowPerson: data.rowPerson,
        dimension: d,
        items: data.items,
        persons: data.users,
      }),
  },
  {
    name: `top ${k} of ${items}`,
    operations: 2 * persons * items * d,
    calls: 2,
    peers: ['implicit', 'numpy'],
    prepare: (kernels) => () => kernels.holdRows(data.items, d).best(data.users, k).rows,
  },
  {
    name: `items in bytes that may be among the ${k} best of ${items}`,
    operations: 2 * items * d,
    calls: 100,
    peers: [],
    prepare(kernels) {
      const none = new Float32Array(items);
      const filter = kernels.holdFilter({ parts: [{ x: data.items, width: d }], constants: none, doubts: none });
      return () => filter.candidates([data.users.subarray(0, d)], k) ?? [];
    },
  },
  {
    // Over GF(2^8): threshold and holders of 1,000 platforms on the sparse graph.
    name: 'shares of one secret, 157 of 184',
    operations: 2 * 32 * 157 * 184,
    calls: 20,
    peers: [],
    prepare(kernels) {
      const coefficients = Uint8Array.from(integers(32 * 157, 256));
      return () => kernels.polynomialValues({ bits: 8, reduction: 0x1b }, coefficients, 184);
    },
  },
];

console.log(machine());
const folder = await mkdtemp(join(tmpdir(), 'isthmus-kernels-'));
const peer = openPeer();
if (peer === undefined) console.log('the peers are not installed: bench/peers/install-implicit-peer.sh');
for (const [name, array] of Object.entries(data)) await writeFile(join(folder, name), Buffer.from(array.buffer));
const shape = { folder, persons, items, d, k, dense, entries, profileItems, candidateRows, candidateWidth };

for (const [t, task] of tasks.entries()) {
  const methods = new Map<string, () => number | Promise<number>>();
  for (const [name, kernels] of [
    ['WebAssembly', inWasm],
    ...(flags.reference ? [['JavaScript', inJavaScript] as const] : []),
  ] as const) {
    const run = task.prepare(kernels);
    methods.set(name, () => {
      const began = process.cpuUsage();
      for (let call = 0; call < task.calls; call++) run();
      return cpuSeconds(began) / task.calls;
    });
  }
  for (const name of peer ? task.peers : []) {
    const order = { what: 'kernel', task: t, library: name, calls: task.calls, ...shape };
    methods.set(name, async () => (await peer!.ask(order)).seconds / task.calls);
  }
  const spent = new Map([...methods.keys()].map((name) => [name, [] as number[]]));
  // The first round is not counted, because it includes compilation and page faults.
  for (let repeat = -1; repeat < repeats; repeat++) {
    for (const [name, run] of methods) {
      const seconds = await run();
      if (repeat >= 0) spent.get(name)?.push(seconds);
    }
  }
  console.log(`\n${task.name}: ${(task.operations / 1e9).toFixed(3)} GFLOP`);
  const own = spent.get('WebAssembly') ?? [];
  for (const [name, seconds] of spent) {
    const rates = seconds.map((one) => task.operations / one / 1e9);
    const ratio = seconds.map((one, i) => one / own[i]);
    const beside = name === 'WebAssembly' ? '' : `; takes ${medianAndSpread(ratio, 2)} times ours`;
    console.log(
      `  ${name.padEnd(12)} ${medianAndSpread(rates, 1)} GFLOP/s, ${(1000 * median(seconds)).toFixed(2)} ms${beside}`,
    );
  }
}
peer?.close();
await rm(folder, { recursive: true, force: true });
