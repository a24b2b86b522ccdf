/**
 * Makes proto/gen/isthmus.js and its types from proto/isthmus.proto (protobufjs static module).
 * With --copy DIR: copies the generated files to the compiled ones in DIR.
 */
import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const copyTo = process.argv[process.argv.indexOf('--copy') + 1];

if (process.argv.includes('--copy')) {
  cpSync(join(here, 'gen'), join(copyTo, 'gen'), { recursive: true });
  cpSync(join(here, 'isthmus.proto'), join(copyTo, 'isthmus.proto'));
} else {
  const source = join(here, 'isthmus.proto');
  const code = join(here, 'gen', 'isthmus.js');
  const isFresh = existsSync(code) && statSync(code).mtimeMs > statSync(source).mtimeMs;
  if (!isFresh) {
    const { pbjs, pbts } = (await import('protobufjs-cli')).default;
    mkdirSync(dirname(code), { recursive: true });
    const options = ['--no-create', '--no-verify', '--no-convert', '--no-delimited', '--no-service', '--force-number'];
    await promisify(pbjs.main)(['-t', 'static-module', '-w', 'esm', ...options, '-o', code, source]);
    await promisify(pbts.main)(['-o', code.replace(/\.js$/, '.d.ts'), code]);
  }
}
