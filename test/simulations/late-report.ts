/**
 * A child process that reports after its parent has gone, before it can have noticed. Forked by to-parent.test.ts.
 * @module
 */
import { toParent } from '../../simulations/hosts/to-parent.ts';

process.on('disconnect', () => process.exit(7));
process.on('message', () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  toParent({ kind: 'late' });
});
toParent({ kind: 'ready' });
