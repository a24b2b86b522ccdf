/**
 * Runs TypeScript directly on every thread. tsx alone does so only on the main thread if Node has no synchronous hooks
 * (20).
 */
import module from 'node:module';
import { isMainThread } from 'node:worker_threads';
import 'tsx';

if (!isMainThread && module.registerHooks === undefined) {
  const { register } = await import('tsx/esm/api');
  register();
}
