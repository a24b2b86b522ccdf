import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { platformEventSchema } from '../../client/schemas.ts';
import { createPlatform } from '../../client/platform.ts';
import type { PlatformEvent } from '../../client/events.ts';
import { unsafeSharedKeyPseudonyms } from '../../core/crypto/pseudonym.ts';
import type { Log, LogFields } from '../../host/log.ts';
import { smallWorld, untilTrue } from './small-world.ts';

describe('Logs and events', () => {
  it('hold no key, person, pseudonym, item or vector, whatever happens', async () => {
    const names = ['books', 'films', 'music'];
    const trunk = encoderSpec('shared-trunk', {
      'autoencoder.hidden': 8,
      'autoencoder.bottleneck': 4,
      'subspace.steps': 1,
    });
    const world = smallWorld({ encoder: trunk, privacy: { epsilon: 8 }, rounds: { count: 1 } }, names);
    const coordinator = world.coordinator();
    const lines: string[] = [];
    const events: PlatformEvent[] = [];
    const write = (message: string, fields?: LogFields): void => void lines.push(JSON.stringify([message, fields]));
    const log: Log = { debug: write, info: write, warn: write, error: write };
    await coordinator.start();
    const hidden = { cold: world.split.cold };
    const evaluation = { protocol: 'sampled' as const, negatives: 100_000, seed: '1' };
    // Too many negatives: the evaluation fails with an error that names a person, which must not reach the log either.
    const platforms = names.map((name) =>
      createPlatform(
        world.options(name, {
          log,
          receives: name !== 'music',
          ...(name === 'books' && { hidden: () => hidden, evaluation }),
        }),
      ),
    );
    for (const platform of platforms) {
      platform.on((event) => {
        events.push(event);
        lines.push(JSON.stringify(event));
      });
      await platform.start();
    }
    await assert.rejects(platforms[0].settled, { code: 'EVALUATION_TOO_FEW_ITEMS' });
    await platforms[1].settled;
    await platforms[2].backend.book.withdraw(world.domains.get('music')!.persons.slice(0, 5));
    await untilTrue(() => lines.some((line) => line.includes('a source withdrew persons')));
    for (const platform of platforms) await platform.stop();
    await coordinator.stop();

    for (const event of events) platformEventSchema.parse(event);
    assert.ok(lines.length > 30);
    const text = lines.join('\n');
    const persons = [...new Set([...world.domains.values()].flatMap((domain) => domain.persons))];
    const own = [...persons, ...hidden.cold.map(({ person }) => person)];
    const pseudonyms = await unsafeSharedKeyPseudonyms(new Uint8Array(32).fill(7)).pseudonyms(own);
    const items = [...world.domains.values()].flatMap((domain) => domain.catalogue);
    for (const secret of [...own, ...pseudonyms, ...items])
      assert.ok(!text.includes(secret), `${secret} is in the log`);
    for (const name of names) {
      const { identity, seal } = world.options(name).identity;
      for (const key of [identity.secretKey, seal.secretKey]) {
        for (const encoding of ['hex', 'base64', 'base64url'] as const) {
          assert.ok(!text.includes(Buffer.from(key.slice(0, 12)).toString(encoding).slice(0, 15)));
        }
      }
    }
    // No list of numbers such as a vector is logged, and nothing as long as a key.
    assert.doesNotMatch(text, /(-?\d+\.\d+,){3}/);
    assert.doesNotMatch(text, /[A-Za-z0-9+/_-]{32,}/);
  });
});
