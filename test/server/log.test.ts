import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '../../server/log.ts';
import { House } from './house.ts';
import { tinyFederation } from './tiny-federation.ts';

describe('coordinator log', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'isthmus-log-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('of a whole run with deaths, declines and nonsense holds no key, share, mask, vector or seal', async () => {
    const file = join(folder, 'run.jsonl');
    const log = openLog({ level: 'debug', human: false, file });
    const house = new House(
      tinyFederation({ epsilon: 4, plannedRounds: 9, rounds: { count: 2, stageTimeoutMs: 100, trainTimeoutMs: 100 } }),
    );
    const secrets: Uint8Array[] = [];
    for (const identity of [house.federation.coordinator, ...house.federation.platforms]) {
      secrets.push(identity.identity.secretKey.subarray(0, 32), identity.seal.secretKey);
      secrets.push(identity.identity.publicKey, identity.seal.publicKey);
    }
    const watch = (message: object): boolean => {
      for (const value of Object.values(message))
        if (value instanceof Uint8Array && value.length > 15) secrets.push(value);
      if ('reveals' in message) {
        for (const reveal of message.reveals as object[]) {
          for (const share of Object.values(reveal)) if (share instanceof Uint8Array) secrets.push(share);
        }
      }
      return true;
    };
    await house.start({ log });
    const ended = house.next('attempt-ended');
    house.join(0, { sends: watch });
    house.join(1, { sends: watch });
    house.join(2, { sends: (message) => watch(message) && message.kind !== 'reveals' });
    await ended;
    const last = house.join(2, { sends: watch });
    void last.link.send({
      kind: 'mail',
      id: new Uint8Array(16).fill(9),
      from: 'p2',
      to: 'p0',
      lifetimeSeconds: 60,
      sealed: Uint8Array.from({ length: 90 }, (_, i) => i),
    });
    void last.link.send({ kind: 'secagg', message: { kind: 'upload-request' } }, new Uint8Array(32));
    assert.equal(await house.coordinator.roundsOver, 'completed');
    await house.tearDown();
    await log.close();
    const text = readFileSync(file, 'utf8');
    assert.ok(text.split('\n').length > 20, 'it is a real log');
    assert.ok(secrets.length > 40);
    for (const secret of secrets) {
      const bytes = Buffer.from(secret.subarray(0, 32));
      for (const form of [bytes.toString('hex'), bytes.toString('base64').slice(0, 40), [...bytes].join(',')]) {
        assert.ok(!text.includes(form));
      }
    }
    assert.ok(!/[A-Za-z0-9+/]{40,}/.test(text), 'no long run of anything encoded');
    assert.ok(!text.includes('[redacted]'), 'and nothing had to be taken out');
  });
});
