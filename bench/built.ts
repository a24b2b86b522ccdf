/** The built program, which some benches run: made anew from the sources of now. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** @returns the path of `isthmus`. */
export function built(): string {
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
  });
  return fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
}
