/**
 * @module
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The file that child processes run. The sources run through a loader that the parent was started with; compiled files need none. */
export const entry = fileURLToPath(new URL(`./process${extname(import.meta.url)}`, import.meta.url));
