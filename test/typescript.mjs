/**
 * Runs TypeScript directly on every thread. tsx alone does so only on the main thread if Node has no synchronous hooks
 * (20).
 */
import assert from 'node:assert/strict';
import module from 'node:module';
import { isMainThread } from 'node:worker_threads';
import 'tsx';

if (!isMainThread && module.registerHooks === undefined) {
  const { register } = await import('tsx/esm/api');
  register();
}

const { ok } = assert;
/**
 * Node makes the message of a failed `assert.ok(value)` from the source, and looks there for the line of the compiled code. Where the
 * source has fewer lines it looks for ever (20), so that the test hangs and does not fail.
 */
assert.ok = (value, message = 'it is not so') => ok(value, message);
