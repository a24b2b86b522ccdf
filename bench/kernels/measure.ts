/** Measuring and printing for the benches of kernels. */
import { cpus, loadavg } from 'node:os';

/** Processor seconds of this process since `began`. */
export function cpuSeconds(began: NodeJS.CpuUsage): number {
  const { system, user } = process.cpuUsage(began);
  return (user + system) / 1e6;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `median (least to most, n)` */
export function medianAndSpread(values: readonly number[], digits = 3): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)}, ${values.length})`;
}

export function machine(): string {
  const [{ model }] = cpus();
  const load = loadavg()[0].toFixed(1);
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} x ${model.trim()}, load ${load}`;
}
