#!/usr/bin/env node
/**
 * `isthmus`: checks what the commands need before it loads them, because loading takes a second and many open files.
 * @module
 */
import { EXIT } from '../host/exit-codes.ts';
import { endOnSignal, leaveToSystem } from './interrupted.ts';
import { openFilesRefusal } from './open-files.ts';

/** Commands that run until they are stopped. A stop is not a failure of theirs. */
const SERVICES = ['coordinator', 'platform'];
/** Commands that end in order when they are interrupted. */
const INTERRUPTIBLE = [...SERVICES, 'simulate', 'experiment'];

const refusal = openFilesRefusal();
if (refusal !== undefined) {
  process.stderr.write(`isthmus: ${refusal}\n`);
  process.exitCode = EXIT.resource;
} else {
  const command = process.argv.at(2) ?? '';
  endOnSignal(SERVICES.includes(command) ? EXIT.ok : EXIT.interrupted);
  const { run } = await import('./program.ts');
  await run(async () => {
    if (!INTERRUPTIBLE.includes(command)) await leaveToSystem();
  });
}
