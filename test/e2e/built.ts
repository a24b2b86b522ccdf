/**
 * The built program. Processes of it start in a third of the time that the sources take, so `npm test` and benches make it anew if a
 * source is newer: `node --import=tsx test/e2e/built.ts`.
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUILT = join(ROOT, 'dist/cli/main.js');
const FLOORS = ['proto', 'core', 'host', 'server', 'client', 'simulations', 'cli'];

/** Path of the built program if it is as new as the sources; undefined otherwise. */
export function builtIfNew(): string | undefined {
  if (!existsSync(BUILT)) return undefined;
  return statSync(BUILT).mtimeMs >= Math.max(...FLOORS.map((floor) => newest(join(ROOT, floor)))) ? BUILT : undefined;
}

/** @returns path of the built program, which is made anew if a source is newer. */
export function built(): string {
  if (builtIfNew() === undefined) execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  return BUILT;
}

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(0, ...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
}

if (process.argv[1] === import.meta.filename) built();
