/**
 * A platform's store that keeps its SQLite file in the folder ISTHMUS_STORE_FOLDER, for a state directory on a disk that cannot
 * lock files.
 */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { openSqliteStore } from 'isthmus/client';

export const otherDisk = {
  open(file, owner) {
    const folder = process.env.ISTHMUS_STORE_FOLDER;
    if (!folder) throw new Error('set ISTHMUS_STORE_FOLDER to the folder of the store');
    const name = createHash('sha256').update(resolve(file)).digest('hex').slice(0, 16);
    return openSqliteStore(resolve(folder, `${name}.db`), owner);
  },
};
