/** The library implicit in a child process, with one thread. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PYTHON =
  process.env['ISTHMUS_PEER_PYTHON'] ?? fileURLToPath(new URL('../peers/.venv-implicit/bin/python', import.meta.url));
const DRIVER = fileURLToPath(new URL('../peers/implicit-peer.py', import.meta.url));

export interface PeerAnswer {
  readonly seconds: number;
  readonly megabytes: number;
}

export interface Peer {
  ask(order: object): Promise<PeerAnswer>;
  close(): void;
}

/** Undefined if the peer is not installed: bench/peers/install-implicit-peer.sh. */
export function openPeer(): Peer | undefined {
  if (!existsSync(PYTHON)) return undefined;
  const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const child = spawn(PYTHON, ['-W', 'ignore', DRIVER], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...oneThread },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async ask(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const line = (await lines.next()) as IteratorResult<string, undefined>;
      if (line.done === true) throw new Error('the peer ended without an answer');
      return JSON.parse(line.value) as PeerAnswer;
    },
    close: () => void child.stdin.end(),
  };
}
