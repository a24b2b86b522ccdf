/**
 * Makes core/kernels/gen/code.js, the kernels' WebAssembly in base64, from the AssemblyScript in core/kernels/assembly.
 * With --copy DIR: puts the generated files beside the compiled ones in DIR.
 *
 * Mocha loads this file before any test (.mocharc.cjs): tests never run against kernels of older sources.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, 'assembly');
const into = join(here, 'gen');
const options = ['--optimizeLevel', '3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '--importMemory'];

/** Changes with every source, the compiler and its options. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
  return hash.update(JSON.stringify([version, options])).digest('hex');
}

async function generate() {
  const made = join(into, 'code.js');
  const of = fingerprint();
  if (existsSync(made) && readFileSync(made, 'utf8').includes(of)) return;
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await asc.main(['index.ts', '--baseDir', folder, '--outFile', 'kernels.wasm', ...options], {
    writeFile: (_, contents) => void (binary = contents),
  });
  if (error) throw new Error(`the kernels do not compile: ${error.message}\n${stderr.toString()}`);
  mkdirSync(into, { recursive: true });
  const code = Buffer.from(binary).toString('base64');
  writeFileSync(made, `/** Of sources ${of}. */\nexport const code =\n  '${code}';\n`);
  writeFileSync(join(into, 'code.d.ts'), 'export declare const code: string;\n');
}

const copy = process.argv.indexOf('--copy');
if (copy > 0) cpSync(into, join(process.argv[copy + 1], 'gen'), { recursive: true });
else await generate();
