/**
 * @module
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The file that child processes run. TypeScript sources need the loader with which the parent was started; compiled
 * files need none.
 */
export const entry = fileURLToPath(new URL(`./process${extname(import.meta.url)}`, import.meta.url));
