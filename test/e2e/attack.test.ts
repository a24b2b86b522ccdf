/** A short version of `npm run bench:attack`: strangers attack a federation during its rounds. */
import assert from 'node:assert/strict';
import { openCheckout } from '../../bench/attack/checkout.ts';
import { Scene } from '../../bench/attack/scene.ts';
import { SCENES } from '../../bench/attack/scenes.ts';
import { STRANGERS } from '../../bench/attack/strangers.ts';
import { longIt } from '../longer.ts';
import { ROOT } from './isthmus.ts';

/** The attacks that need no long observation. */
const CHOSEN = /^one event|attachments|CONNECT$|namespaces|^messages of|kinds of other packets/;
/** Variations of others. The parsers that they reach have tests of their own (test/wire). */
const VARIED = /^the same after|kinds of other packets/;
const MOST_GROWN_MIB = 60;

describe('a federation under attack', function () {
  this.timeout(180_000);
  let scene: Scene;

  before(async () => {
    scene = await Scene.open(await openCheckout(ROOT), { ...SCENES.rounds, leastMs: 0 });
  });
  after(() => scene.close());

  for (const { name, victim, strike } of STRANGERS.filter((attack) => CHOSEN.test(attack.name))) {
    (VARIED.test(name) ? longIt : it)(`${name}: nobody ends, nothing piles up, and rounds go on`, async () => {
      const { ended, grownMiB, slowestMs } = await scene.under(victim, () => strike(scene));
      assert.deepEqual(ended, []);
      assert.ok(grownMiB < MOST_GROWN_MIB, `${grownMiB.toFixed(0)} MiB more`);
      assert.ok(Number.isFinite(slowestMs), 'it always answered');
      const { events } = scene.running.get(victim)!;
      await scene.running.get(victim)!.event(({ outcome }) => outcome === 'completed', events.length);
    });
  }
});
