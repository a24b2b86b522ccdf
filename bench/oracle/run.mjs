/**
 * Runs both oracles. check_claims.py recomputes with Google's dp_accounting the epsilon of real releases, and
 * check_sums.py tests the noise and reach of opened sums. Makes a virtual environment for them in the system's folder
 * for temporary files, once per requirements.txt.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count, flag, maybe, parts, readOptions } from '../options.ts';

const HERE = import.meta.dirname;
const ORACLES = {
  claims: { trace: 'trace.ts', check: 'check_claims.py', flags: ['first', 'count', 'versions'] },
  sums: { trace: 'sums.ts', check: 'check_sums.py', flags: ['first', 'count', 'repeats', 'versions'] },
};

const given = readOptions(
  {
    measures:
      'Compares real releases with their claim: epsilon by dp_accounting (claims), and the noise and reach of opened sums (sums).',
    examples: [
      'npm run bench:oracle -- claims --first 1 --count 40',
      'npm run bench:oracle -- sums --repeats 200 --versions',
    ],
  },
  {
    oracles: parts(Object.keys(ORACLES), 'which'),
    first: maybe(count('the first federation', 1)),
    count: maybe(count('federations', 40)),
    repeats: maybe(count('releases of each sum', 200)),
    versions: flag('federations that have several versions'),
  },
);
const python = environment();
for (const [name, oracle] of Object.entries(ORACLES)) {
  if (given.oracles.length > 0 && !given.oracles.includes(name)) continue;
  console.log(`oracle: ${name}`);
  const code = await pipe(oracle);
  if (code !== 0) process.exitCode = 1;
}

/** Path of a Python that has what the oracles need. */
function environment() {
  const requirements = join(HERE, 'requirements.txt');
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(tmpdir(), `isthmus-oracle-${version}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'ready'))) return python;
  execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], {
    stdio: 'inherit',
  });
  execFileSync(python, ['-c', `open(${JSON.stringify(join(folder, 'ready'))}, 'w').close()`]);
  return python;
}

/** Both programs must succeed: a trace that broke off shows nothing. */
async function pipe({ trace, check, flags }) {
  const args = flags.flatMap((name) => {
    const value = given[name];
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, String(value)];
  });
  const tracer = spawn(process.execPath, ['--import=tsx', join(HERE, trace), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const checker = spawn(python, [join(HERE, check)], { stdio: [tracer.stdout, 'inherit', 'inherit'] });
  const [traced, checked] = await Promise.all([tracer, checker].map(ended));
  return traced || checked;
}

/** The tracer's output goes to the checker: nobody reads it here, so that `close` might never come. @returns {Promise<number>} */
function ended(child) {
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}
