import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

describe('A report to a parent', () => {
  it('that has just gone lets the process end in order, as after a disconnect', async () => {
    const loader = fileURLToPath(new URL('../typescript.mjs', import.meta.url));
    const child = fork(fileURLToPath(new URL('late-report.ts', import.meta.url)), [], {
      execArgv: ['--import', loader],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const ended = once(child, 'exit') as Promise<[number | null]>;
    const said = text(child.stderr!);
    await once(child, 'message');
    child.send('report');
    // The message is delivered first: the child then works for half a second, and sees nothing of this.
    child.disconnect();
    const [[code], errors] = await Promise.all([ended, said]);
    assert.deepEqual({ code, errors }, { code: 7, errors: '' });
  });
});
