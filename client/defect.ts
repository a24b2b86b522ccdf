/**
 * What the log may hold of a defect.
 * @module
 */

/** The error's kind, and the lines of code it came from. Its message stays out: it may name a row or a person. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return [error.name, ...frames].join('\n');
}
