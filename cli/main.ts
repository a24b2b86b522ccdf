#!/usr/bin/env node
/**
 * `isthmus`: sees to what must hold before the commands are loaded, which takes a second and many open files.
 * @module
 */
import { EXIT } from '../host/exit-codes.ts';
import { endOnSignal, leaveToSystem } from './interrupted.ts';
import { openFilesRefusal } from './open-files.ts';

/** Commands that run until they are stopped: to be stopped is no failure of theirs. */
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
