/**
 * Compares our accountant with Google's dp_accounting on the same compositions, in turn within one run.
 *
 * Each figure is the median over the repeats, in processor time of one process. It covers everything from the event to epsilon:
 * discretising, composing, converting. A composition that takes less than 20 ms is repeated for so long on its own side, because
 * clocks of processor time are coarse.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PldAccountant } from '../core/reference-accounting/pld/pld-accountant.ts';
import type { ReferenceEvent } from '../core/reference-accounting/reference-event.ts';
import { referenceRdp } from '../core/reference-accounting/reference-rules.ts';
import { GOOGLE_ORDERS } from '../core/reference-accounting/verification/reference-orders.ts';
import { count, flag, readOptions } from './options.ts';

interface Composition {
  readonly name: string;
  readonly accountant: 'pld' | 'rdp';
  readonly noise: 'gaussian' | 'laplace' | 'mixture';
  readonly noiseMultiplier: number;
  readonly rate: number;
  readonly count: number;
  readonly delta: number;
  readonly step: number;
  readonly orders: readonly number[];
  readonly sensitivities?: readonly number[];
  readonly probabilities?: readonly number[];
}

interface Measured {
  readonly epsilon: number;
  readonly ms: number;
}

const common = { noise: 'gaussian', step: 1e-4, orders: GOOGLE_ORDERS } as const;
const pld = { ...common, accountant: 'pld' } as const;
const rdp = { ...common, accountant: 'rdp' } as const;
const COMPOSITIONS: readonly Composition[] = [
  {
    ...pld,
    name: 'sampled Gaussian, z .7, q .01, 120 steps',
    noiseMultiplier: 0.7,
    rate: 0.01,
    count: 120,
    delta: 1e-5,
  },
  {
    ...pld,
    name: 'sampled Gaussian, z 1, q .01, 1000 steps',
    noiseMultiplier: 1,
    rate: 0.01,
    count: 1000,
    delta: 1e-6,
  },
  { ...pld, name: 'sampled Gaussian, z 4, q .25, 100 steps', noiseMultiplier: 4, rate: 0.25, count: 100, delta: 1e-6 },
  {
    ...pld,
    name: 'sampled Gaussian, z 2, q .05, 20000 steps',
    noiseMultiplier: 2,
    rate: 0.05,
    count: 20_000,
    delta: 1e-6,
  },
  {
    ...pld,
    name: 'sampled Gaussian, z 1.5, q .001, 10000 steps',
    noiseMultiplier: 1.5,
    rate: 0.001,
    count: 10_000,
    delta: 1e-8,
  },
  { ...pld, name: 'Laplace, scale 2, 20 steps', noise: 'laplace', noiseMultiplier: 2, rate: 1, count: 20, delta: 1e-6 },
  {
    ...pld,
    name: 'person on 3 platforms with a coin on each, 100 steps',
    noise: 'mixture',
    noiseMultiplier: 2,
    rate: 1,
    count: 100,
    delta: 1e-6,
    sensitivities: [0, 1 / 3, 2 / 3, 1],
    probabilities: [0.729, 0.243, 0.027, 0.001],
  },
  { ...rdp, name: 'Renyi: Gaussian, z 4, 10 steps', noiseMultiplier: 4, rate: 1, count: 10, delta: 1e-6 },
  {
    ...rdp,
    name: 'Renyi: sampled Gaussian, z 1, q .01, 1000 steps',
    noiseMultiplier: 1,
    rate: 0.01,
    count: 1000,
    delta: 1e-6,
  },
];

const { json, repeats } = readOptions(
  {
    measures: "Compares our accountant with Google's dp_accounting on the same compositions, in processor time.",
    examples: [
      'bench/peers/install-accountant-peer.sh       once; without it the peer has no figures',
      'npm run bench:accountant -- --repeats 7 --json',
    ],
  },
  { repeats: count('medians are over so many', 7), json: flag('prints the rows as JSON') },
);

const peer = startPeer();
const results = [];
for (const composition of COMPOSITIONS) {
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  // The first round warms up caches and compilers on both sides and is not counted.
  for (let repeat = -1; repeat < repeats; repeat++) {
    const mine = measure(composition);
    const other = await peer?.ask(composition);
    if (repeat < 0) continue;
    ours.push(mine);
    if (other !== undefined) theirs.push(other);
  }
  results.push({ name: composition.name, ours: median(ours), theirs: theirs.length === 0 ? null : median(theirs) });
}
peer?.end();

if (json) console.log(JSON.stringify(results, null, 2));
else {
  const width = Math.max(...results.map(({ name }) => name.length));
  console.log(`${''.padEnd(width)}        ours  dp_accounting    ratio  epsilon: ours  dp_accounting`);
  for (const { name, ours, theirs } of results) {
    const [ms, ratio, epsilon] =
      theirs === null
        ? ['', '', '']
        : [`${theirs.ms.toFixed(3)} ms`, `${(theirs.ms / ours.ms).toFixed(1)} x`, theirs.epsilon.toFixed(9)];
    console.log(
      `${name.padEnd(width)} ${`${ours.ms.toFixed(3)} ms`.padStart(12)} ${ms.padStart(14)} ${ratio.padStart(8)}  ${ours.epsilon.toFixed(9).padStart(13)}  ${epsilon.padStart(13)}`,
    );
  }
}

/** Repeats an evaluation for 20 ms at least, and returns the mean. */
function measure(composition: Composition): Measured {
  const began = process.cpuUsage();
  for (let times = 1; ; times++) {
    const epsilon = evaluate(composition);
    const { user, system } = process.cpuUsage(began);
    const ms = (user + system) / 1000;
    if (ms >= 20) return { epsilon, ms: ms / times };
  }
}

function evaluate(composition: Composition): number {
  const event = eventOf(composition);
  const empty =
    composition.accountant === 'pld'
      ? PldAccountant.empty({ step: composition.step })
      : referenceRdp({ orders: composition.orders, refine: false });
  return empty.compose(event, composition.count).epsilon(composition.delta);
}

function eventOf({
  noise,
  noiseMultiplier,
  rate,
  sensitivities = [],
  probabilities = [],
}: Composition): ReferenceEvent {
  if (noise === 'mixture')
    return { kind: 'mixture-of-gaussians', sigma: noiseMultiplier, sensitivities, probabilities };
  const event: ReferenceEvent =
    noise === 'gaussian' ? { kind: 'gaussian', noiseMultiplier } : { kind: 'laplace', scale: noiseMultiplier };
  return rate === 1 ? event : { kind: 'poisson-sampled', rate, event };
}

function median(measured: readonly Measured[]): Measured {
  return measured.toSorted((a, b) => a.ms - b.ms)[Math.floor(measured.length / 2)];
}

function startPeer(): { ask(composition: Composition): Promise<Measured>; end(): void } | null {
  const python = fileURLToPath(new URL('peers/.venv-accountant/bin/python', import.meta.url));
  if (!existsSync(python)) {
    console.error('no peer: bench/peers/install-accountant-peer.sh installs it');
    return null;
  }
  const script = fileURLToPath(new URL('peers/accountant-peer.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(composition) {
      child.stdin.write(`${JSON.stringify(composition)}\n`);
      const line: IteratorResult<string, undefined> = await lines.next();
      if (line.done === true) throw new Error('the peer ended: run bench/peers/install-accountant-peer.sh again');
      return JSON.parse(line.value) as Measured;
    },
    end: () => child.stdin.end(),
  };
}
