import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';

const require = createRequire(import.meta.url);
/** From package.json, which is one folder up in the sources and two in the compiled package. */
const manifest = ['../package.json', '../../package.json'].find((path) => existsSync(new URL(path, import.meta.url)));

export const version: string =
  manifest === undefined ? '0.0.0' : (require(manifest) as { readonly version: string }).version;
