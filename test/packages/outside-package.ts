/**
 * Writes packages from outside this project into a folder, as an operator would have installed them.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A release mode that adds Laplace noise to no purpose but to be loaded: `loud`, with bound epsilon0. */
export const LOUD_MODE = `export default { releaseModes: { loud: {
  bound: 'epsilon0',
  width: () => 3,
  bind: ({ epsilon0 }) => ({
    noiseModel: { kind: 'exact', numbers: { epsilon0 } },
    release: (representation) => representation.slice(),
  }),
} } };
`;

/** @returns the package's folder. */
export function installPackage(
  root: string,
  {
    name = 'outside',
    files = { 'pieces.js': LOUD_MODE },
    json = {},
  }: {
    readonly name?: string;
    readonly files?: Readonly<Record<string, string>>;
    /** Fields of package.json besides, or instead of, the usual ones. */
    readonly json?: Readonly<Record<string, unknown>>;
  } = {},
): string {
  const folder = join(root, 'node_modules', name);
  const about = { name, version: '1.2.3', type: 'module', isthmus: './pieces.js', files: ['pieces.js'], ...json };
  for (const [file, text] of Object.entries({ 'package.json': JSON.stringify(about), ...files })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}
