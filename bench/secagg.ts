/**
 * Measures the cost of the masked sum, in whole rounds with all signatures and checks, beside Flower's SecAgg+ and the
 * bare sum.
 */
import { nodeEngine } from '../core/crypto/node-engine.ts';
import { portableEngine } from '../core/crypto/portable-engine.ts';
import { degreeAndThreshold } from '../core/secagg/degree.ts';
import { defaultThreshold } from '../core/secagg/parameters.ts';
import { measurePeer, peerIsInstalled } from './secagg/peer.ts';
import type { PeerMeasure } from './secagg/peer.ts';
import { bareSumMs, measureSession } from './secagg/session.ts';
import type { SessionMeasure } from './secagg/session.ts';
import { count, flag, maybe, oneOf, readOptions, share } from './options.ts';

const options = readOptions(
  {
    measures: "Measures the cost of the masked sum in whole rounds, beside Flower's SecAgg+ and the bare sum.",
    examples: [
      'bash bench/peers/install-flower-peer.sh           once, for the peer',
      'npm run bench:secagg                              n = 10, 30, 100, complete and sparse, 0 and 10 % lost',
      'npm run bench:secagg -- --n 100 --graph complete --no-peer --repeat 5',
    ],
    more: `Times are processor time of one process: medians over the rounds, after one to warm up. Platform times are means over platforms. The ratio
is the peer's whole round (coordinator and all platforms) divided by ours.`,
  },
  {
    n: maybe(count('platforms', 10, 3)),
    d: count('length of the vectors', 100_000),
    graph: maybe(oneOf(['complete', 'sparse'], 'who shares masks with whom', 'complete')),
    dropped: maybe(share('of the platforms', '0')),
    engine: oneOf(['node', 'portable'], 'cryptography', 'node'),
    repeat: count('rounds', 5),
    peerRepeat: count('rounds of the peer', 1),
    large: flag('n = 1000 and 5000, sparse, 10 % lost, a single round'),
    noPeer: flag('leaves the peer out'),
    json: flag('prints the rows as JSON'),
  },
);

interface Row {
  readonly n: number;
  readonly d: number;
  readonly graph: string;
  readonly degree: number;
  readonly threshold: number;
  readonly dropped: number;
  readonly engine: string;
  readonly coordinatorMs: number;
  readonly openingMs: number;
  readonly platformMs: number;
  readonly bytesUp: number;
  readonly bytesPerNeighbour: number;
  readonly floorMs: number;
  readonly peerCoordinatorMs: number | null;
  readonly peerPlatformMs: number | null;
  readonly ratio: number | null;
}

const { d } = options;
const engine = options.engine === 'portable' ? portableEngine : nodeEngine;
const sizes = options.n === undefined ? (options.large ? [1000, 5000] : [10, 30, 100]) : [options.n];
const graphs = options.graph === undefined ? (options.large ? ['sparse'] : ['complete', 'sparse']) : [options.graph];
const losses = options.dropped === undefined ? (options.large ? [0.1] : [0, 0.1]) : [options.dropped];
const withPeer = !options.noPeer && !options.large && peerIsInstalled();

function median<Key extends string>(runs: readonly Readonly<Record<Key, number>>[], key: Key): number {
  const sorted = runs.map((run) => run[key]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const rounded = (value: number): number => Number(value.toPrecision(4));

async function measureCase(n: number, graph: string, lost: number): Promise<Row | null> {
  const dropped = Math.floor(lost * n);
  // The sparse graph is planned for a tenth corrupt and a tenth dropping out, whatever share drops out in this run.
  const sparse = degreeAndThreshold({ platforms: n, corrupt: 0.1, dropout: 0.1, adversary: 'curious' });
  if (graph === 'sparse' && sparse === null) return null;
  const degree = graph === 'sparse' && sparse !== null ? sparse.degree : n - 1;
  const threshold = graph === 'sparse' && sparse !== null ? sparse.threshold : defaultThreshold(n);
  const spec = {
    n,
    d,
    graph: graph === 'sparse' ? ({ kind: 'harary', degree } as const) : ({ kind: 'complete' } as const),
    threshold,
    tNoise: Math.max(2, n - Math.floor(0.2 * n)),
    ringBits: 32,
    dropped,
    engine,
  };
  const repeat = options.large ? 1 : options.repeat;
  if (!options.large) measureSession(spec);
  const runs: SessionMeasure[] = Array.from({ length: repeat }, () => measureSession(spec));
  const floors = Array.from({ length: 5 }, () => ({ ms: bareSumMs(n - dropped, d) }));
  const peers: PeerMeasure[] = [];
  if (withPeer) {
    for (let i = 0; i < options.peerRepeat; i++) {
      peers.push(await measurePeer({ n, d, shares: degree + 1, threshold, dropped }));
    }
  }
  const coordinatorMs = median(runs, 'coordinatorMs');
  const platformMs = median(runs, 'platformMs');
  const peer =
    peers.length === 0
      ? null
      : { coordinatorMs: median(peers, 'coordinatorMs'), platformMs: median(peers, 'platformMs') };
  const kept = n - dropped;
  return {
    n,
    d,
    graph,
    degree,
    threshold,
    dropped,
    engine: engine.name,
    coordinatorMs: rounded(coordinatorMs),
    openingMs: rounded(median(runs, 'openingMs')),
    platformMs: rounded(platformMs),
    bytesUp: Math.round(median(runs, 'bytesUp')),
    bytesPerNeighbour: rounded(median(runs, 'bytesPerNeighbour')),
    floorMs: rounded(median(floors, 'ms')),
    peerCoordinatorMs: peer === null ? null : rounded(peer.coordinatorMs),
    peerPlatformMs: peer === null ? null : rounded(peer.platformMs),
    ratio:
      peer === null
        ? null
        : rounded((peer.coordinatorMs + kept * peer.platformMs) / (coordinatorMs + kept * platformMs)),
  };
}

const rows: Row[] = [];
const heading = [
  'n',
  'graph',
  'degree',
  'lost',
  'coordinator',
  'platform',
  'bytes up',
  'floor',
  'peer c.',
  'peer p.',
  'ratio',
];
const widths = [5, 9, 7, 5, 12, 10, 9, 8, 9, 9, 7];
const line = (cells: readonly (string | number | null)[]): string =>
  cells.map((cell, i) => String(cell ?? '').padStart(widths[i])).join('');

if (!options.json) {
  if (!withPeer && !options.large) console.log('Flower is not installed: bash bench/peers/install-flower-peer.sh');
  console.log(`d = ${d}, ${engine.name} engine, ms of processor time\n${line(heading)}`);
}
for (const n of sizes) {
  for (const graph of graphs) {
    for (const lost of losses) {
      const row = await measureCase(n, graph, lost);
      if (row === null) continue;
      rows.push(row);
      if (options.json) continue;
      const { degree, dropped, coordinatorMs, platformMs, bytesUp, floorMs, peerCoordinatorMs, peerPlatformMs, ratio } =
        row;
      console.log(
        line([
          n,
          graph,
          degree,
          dropped,
          coordinatorMs,
          platformMs,
          bytesUp,
          floorMs,
          peerCoordinatorMs,
          peerPlatformMs,
          ratio,
        ]),
      );
    }
  }
}
if (options.json) console.log(JSON.stringify(rows, null, 2));
