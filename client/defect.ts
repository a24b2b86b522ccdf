/**
 * The part of a defect that may be logged.
 * @module
 */

/** The error's kind and stack frames. The message is left out, because it may name a row or a person. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return [error.name, ...frames].join('\n');
}
