/** Flower, if bench/peers/install-flower-peer.sh was run. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PYTHON = fileURLToPath(new URL('../peers/.venv-flower/bin/python', import.meta.url));
const ROUND = fileURLToPath(new URL('../peers/flower-round.py', import.meta.url));
const DRIVER = fileURLToPath(new URL('../peers/flower-secagg.py', import.meta.url));

export interface PeerMeasure {
  readonly coordinatorMs: number;
  readonly platformMs: number;
  readonly bytesUp: number;
}

export function peerIsInstalled(): boolean {
  return existsSync(PYTHON);
}

/** One round of the peer, with one thread. */
export async function measurePeer(spec: {
  readonly n: number;
  readonly d: number;
  /** Number of holders of a secret, its owner included. */
  readonly shares: number;
  readonly threshold: number;
  readonly dropped: number;
}): Promise<PeerMeasure> {
  // The peer reads a share number of 1 as a fraction, so "all" is passed as a fraction.
  const shares = spec.shares >= spec.n ? '1.0' : String(spec.shares);
  const request = `{"n":${spec.n},"d":${spec.d},"shares":${shares},"threshold":${spec.threshold},"dropped":${spec.dropped}}`;
  return (await runPeer(DRIVER, request)) as PeerMeasure;
}

/** One round of federated averaging on the shared trunk's network, by Flower's client, without privacy. */
export async function flowerRound(spec: {
  readonly clients: number;
  readonly persons: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly bottleneck: number;
}): Promise<{ readonly cpuMs: number }> {
  return (await runPeer(ROUND, JSON.stringify(spec))) as { readonly cpuMs: number };
}

/** Runs a script of the peer with one thread. @returns the document that it prints. */
async function runPeer(script: string, request: string): Promise<unknown> {
  const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const child = spawn(PYTHON, [script, request], { env: { ...process.env, ...oneThread } });
  let output = '';
  let complaint = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the peer failed at ${request}: ${complaint.trim().split('\n').at(-1) ?? ''}`);
  return JSON.parse(output);
}
