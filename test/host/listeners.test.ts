import assert from 'node:assert/strict';
import { Listeners } from '../../host/listeners.ts';

describe('Listeners', () => {
  it('hear every event in the order in which they joined, until they leave; one that throws keeps it from nobody', () => {
    const heard: string[] = [];
    const errors: unknown[] = [];
    const listeners = new Listeners<number>((error) => errors.push(error));
    const broken = new Error('broken');
    const leave = listeners.on((event) => heard.push(`first ${event}`));
    listeners.on(() => {
      throw broken;
    });
    listeners.on((event) => heard.push(`last ${event}`));
    listeners.emit(1);
    leave();
    listeners.emit(2);
    assert.deepEqual(heard, ['first 1', 'last 1', 'last 2']);
    assert.deepEqual(errors, [broken, broken]);
  });
});
