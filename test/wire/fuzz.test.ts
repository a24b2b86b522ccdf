/** A short version of `npm run bench:fuzz-wire`. */
import assert from 'node:assert/strict';
import { socketTransport } from '../../client/transport/socket-io.ts';
import { wireIdentity } from '../../core/federation/wire-identity.ts';
import { House } from '../server/house.ts';
import { tinyFederation } from '../server/tiny-federation.ts';
import { testFederation, testRandom } from '../../compliance/wire-federation.ts';
import { strikeCoordinator } from './fuzz-coordinator.ts';
import { fuzzPackets } from './fuzz-packets.ts';
import { falseCoordinator } from './fuzz-platform.ts';
import { GRAMMAR } from './packet-grammar.ts';
import { quickClock } from './quick-clock.ts';

describe('fuzzing the wire', () => {
  it('both parsers take what is right and refuse all else, in any connection', () => {
    assert.ok(Object.keys(GRAMMAR).length >= 20);
    const counts = fuzzPackets(60_000, 1);
    for (const [what, count] of Object.entries(counts)) assert.ok(count > 5_000, `${count} ${what}`);
  });

  it('a coordinator with members that turned hostile goes on', async () => {
    const house = new House(tinyFederation({ rounds: { count: 1 } }));
    const defects: string[] = [];
    const quiet = (): void => undefined;
    const log = { debug: quiet, info: quiet, warn: quiet, error: (line: string) => void defects.push(line) };
    const carrier = { kind: 'sockets', host: '127.0.0.1', port: 0 } as const;
    const { address: url } = await house.start({ carrier, log });
    const { manifest, platforms } = house.federation;
    try {
      await strikeCoordinator(
        url!,
        platforms.map((one) => wireIdentity(manifest, one)),
        2_000,
        2,
      );
      assert.deepEqual(defects, []);
      house.joinAll({ transport: (options) => socketTransport({ ...options, url: url! }) });
      assert.equal(await house.coordinator.roundsOver, 'completed');
    } finally {
      await house.tearDown();
    }
  });

  it('a platform goes on after anything that a coordinator sends', async () => {
    const federation = testFederation();
    const server = await falseCoordinator(federation.of('coordinator'), 2_000, 3);
    const clock = quickClock();
    const defects: unknown[] = [];
    const link = socketTransport({
      url: server.url,
      identity: federation.of('alpha'),
      clock,
      random: testRandom('fuzz'),
      firstPauseMs: 1,
      lastPauseMs: 2,
    }).connect({
      onBody: () => undefined,
      onState: () => undefined,
      onFailure: () => undefined,
      onDefect: (error) => void defects.push(error),
    });
    try {
      await server.over;
      assert.deepEqual(defects, []);
      assert.notEqual(link.state.kind, 'closed');
    } finally {
      await link.close();
      await server.close();
      clock.stop();
    }
  });
});
