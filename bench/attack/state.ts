/**
 * Attacks that remove state under a running process.
 * @module
 */
import { rmSync } from 'node:fs';
import { pause, STRIKE_MS } from './attack.ts';
import type { Attack } from './attack.ts';
import type { Scene } from './scene.ts';

export const STATE: readonly Attack[] = [
  removed('the store of the coordinator', 'coordinator', (scene) =>
    ['', '-wal', '-shm'].map((end) => scene.place.path(`coordinator.db${end}`)),
  ),
  removed('the state of a platform', 'alpha', (scene) => [scene.place.path('alpha-state')]),
];

function removed(what: string, victim: string, paths: (scene: Scene) => readonly string[]): Attack {
  return {
    name: `${what}, removed while it runs`,
    stage: 'rounds',
    victim,
    ruins: true,
    strike: async (scene) => {
      for (const path of paths(scene)) rmSync(path, { recursive: true, force: true });
      await Promise.race([pause(2 * STRIKE_MS), scene.running.get(victim)!.ended]);
      return '';
    },
  };
}
