/**
 * A bar of progress.
 * @module
 */

/** @param fraction 0 to 1. */
export function bar(fraction: number): string {
  const width = 20;
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return `[${'='.repeat(full)}${' '.repeat(width - full)}]`;
}
