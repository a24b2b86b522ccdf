/** A process that makes factors slowly, and tells its parent once it works. Without a folder it ends at once. */
import { factorFolder } from '../../simulations/factor-folder.ts';

const [, , folder] = process.argv as (string | undefined)[];
if (folder !== undefined) {
  factorFolder(folder).through('a1', 2, () => {
    process.send?.('making');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    return { persons: Float32Array.of(7, 7), items: Float32Array.of(8) };
  });
}
