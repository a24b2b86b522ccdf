/** Memory and processor time of a process and all its descendants, read from /proc (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

export interface TreeUse {
  /** Largest sum of resident memory seen so far, in bytes. */
  readonly peakBytes: number;
}

/** Looks at the tree under `pid` until `stop` is called. */
export function watchMemory(pid: number, everyMs = 250): { stop(): TreeUse } {
  let peakBytes = 0;
  const look = (): void => {
    const bytes = tree(pid).reduce((sum, one) => sum + residentBytes(one), 0);
    peakBytes = Math.max(peakBytes, bytes);
  };
  const timer = setInterval(look, everyMs);
  look();
  return {
    stop() {
      clearInterval(timer);
      return { peakBytes };
    },
  };
}

function tree(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => parentOf(one) === pid);
  return [pid, ...children.flatMap(tree)];
}

function parentOf(pid: number): number | null {
  return numberIn(pid, /^PPid:\s+(\d+)/m);
}

function residentBytes(pid: number): number {
  return 1024 * (numberIn(pid, /^VmRSS:\s+(\d+)/m) ?? 0);
}

/** A number of /proc/PID/status; null for a process that has ended. */
function numberIn(pid: number, pattern: RegExp): number | null {
  try {
    const found = pattern.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
