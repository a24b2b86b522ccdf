import assert from 'node:assert/strict';
import { createPlatform } from '../../client/platform.ts';
import type { Platform } from '../../client/platform.ts';
import type { EvaluationDocument } from '../../client/evaluation/document.ts';
import { openRelay } from './relay.ts';
import type { Relay } from './relay.ts';
import { smallWorld } from './small-world.ts';
import type { SmallWorld } from './small-world.ts';

describe('Platforms without rounds', () => {
  let world: SmallWorld;
  let relay: Relay;
  const platforms: Platform[] = [];
  const run = (platform: Platform): Platform => {
    platforms.push(platform);
    return platform;
  };

  beforeEach(async () => {
    world = smallWorld();
    relay = await openRelay(world);
  });
  afterEach(async () => {
    await Promise.all(platforms.splice(0).map((platform) => platform.stop()));
    await relay.endpoint.close();
  });

  it('release sealed representations, fit a decoder, evaluate cold persons and recommend', async () => {
    let document: EvaluationDocument | undefined;
    const target = run(
      createPlatform(
        world.options('books', {
          hidden: { cold: world.split.cold },
          onEvaluated: (evaluated) => {
            document = evaluated;
            return null;
          },
        }),
      ),
    );
    const source = run(createPlatform(world.options('films', { receives: false })));
    await target.start();
    await source.start();
    await Promise.all([target.settled, source.settled]);
    assert.ok(document);
    const ndcg = (method: string): number =>
      document!.rows.find(
        (row) =>
          row.method === method && row.metric === 'NDCG@10' && row.negatives === 'uniform' && row.group === 'all',
      )!.mean;
    console.log(
      document.decoder,
      document.gains,
      ndcg('linear-bridge'),
      ndcg('prior'),
      ndcg('popularity'),
      ndcg('random'),
    );
    assert.equal(document.coldPersonsReleased, world.split.cold.length);
    assert.ok(ndcg('linear-bridge') > ndcg('random'));
    const cold = world.split.cold[0].person;
    const answer = await target.backend.recommend({ person: cold }, 5);
    assert.equal(answer.items.length, 5);
    console.log(answer);
  });
});
