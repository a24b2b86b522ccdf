/**
 * Counts of the cryptographic operations and bytes of one masked sum: what a platform and the coordinator do, whatever the
 * machine. A change that makes them do more shows here. `npm run golden:renew` keeps the new counts.
 * @module
 */
import type { CryptoEngine } from '../../core/crypto/engine.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { measureSession } from '../../bench/secagg/session.ts';
import type { SessionCase } from '../../bench/secagg/session.ts';
import { compareWithKept } from './kept.ts';

const CASES: Readonly<Record<string, Omit<SessionCase, 'engine'>>> = {
  '10 platforms, complete': {
    ...{ n: 10, d: 1000, graph: { kind: 'complete' }, threshold: 7, tNoise: 8, ringBits: 32, dropped: 0 },
  },
  '10 platforms, complete, one lost after its shares': {
    ...{ n: 10, d: 1000, graph: { kind: 'complete' }, threshold: 7, tNoise: 8, ringBits: 32, dropped: 1 },
  },
  '30 platforms, 12 neighbours each, three lost': {
    ...{ n: 30, d: 1000, graph: { kind: 'harary', degree: 12 }, threshold: 8, tNoise: 26, ringBits: 32, dropped: 3 },
  },
};

describe('operations of a masked sum', () => {
  it('are as many as before', () => {
    const now: Record<string, unknown> = {};
    for (const [name, spec] of Object.entries(CASES)) {
      const { engine, counts } = counted(nodeEngine);
      const { bytesUp } = measureSession({ ...spec, engine });
      now[name] = { ...counts, bytesUp: Math.round(bytesUp) };
    }
    compareWithKept('operations', now);
  });
});

/** An engine that counts its calls; of keystreams, the bytes. */
function counted(engine: CryptoEngine): { readonly engine: CryptoEngine; readonly counts: Record<string, number> } {
  const counts: Record<string, number> = {};
  const count = (what: string, by = 1): void => {
    counts[what] = (counts[what] ?? 0) + by;
  };
  return {
    counts,
    engine: {
      ...engine,
      sha256(data) {
        count('sha256');
        return engine.sha256(data);
      },
      hmacSha256(key, data) {
        count('hmacSha256');
        return engine.hmacSha256(key, data);
      },
      x25519(secret) {
        count('x25519Keys');
        const made = engine.x25519(secret);
        return {
          ...made,
          agree(publicKey) {
            count('agreements');
            return made.agree(publicKey);
          },
        };
      },
      sign(message, secretKey) {
        count('signatures');
        return engine.sign(message, secretKey);
      },
      verify(message, signature, publicKey) {
        count('signatureChecks');
        return engine.verify(message, signature, publicKey);
      },
      keystream(key, counter) {
        const stream = engine.keystream(key, counter);
        return {
          next(length) {
            count('keystreamBytes', length);
            return stream.next(length);
          },
        };
      },
      boxKey(agreement, publicKey) {
        count('boxKeys');
        return engine.boxKey(agreement, publicKey);
      },
      seal(plaintext, nonce, key) {
        count('seals');
        return engine.seal(plaintext, nonce, key);
      },
      open(sealed, nonce, key) {
        count('opens');
        return engine.open(sealed, nonce, key);
      },
    },
  };
}
