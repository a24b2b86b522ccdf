import assert from 'node:assert/strict';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { PublicFacts } from '../../core/secagg/platform/public-facts.ts';
import { run } from './federation.ts';

const hash = (text: string): Uint8Array => nodeEngine.sha256(Buffer.from(text));

describe('public facts of a session', () => {
  it('are computed once for the same inputs, and again for others and under another name', () => {
    const facts = new PublicFacts();
    let computed = 0;
    const count = (): number => ++computed;
    assert.equal(facts.of('ring', [hash('a'), hash('b')], count), 1);
    assert.equal(facts.of('ring', [hash('a'), hash('b')], count), 1);
    assert.equal(facts.of('ring', [hash('a'), hash('c')], count), 2);
    assert.equal(facts.of('keys', [hash('a'), hash('b')], count), 3);
  });

  it('that are false are found out by each platform', () => {
    const facts = new PublicFacts();
    const refuse = (): never => {
      throw new RangeError('false');
    };
    for (let platform = 0; platform < 2; platform++)
      assert.throws(() => facts.of('keys', [hash('a')], refuse), /false/);
  });

  it('of earlier sessions are forgotten', () => {
    const facts = new PublicFacts();
    let computed = 0;
    for (let session = 0; session < 10; session++) facts.of('ring', [hash(`${session}`)], () => ++computed);
    assert.equal(
      facts.of('ring', [hash('0')], () => ++computed),
      11,
    );
  });

  it('make the hashes of all platforms in one process grow with their number, not with its square', () => {
    const hashesOf = (n: number): number => {
      let hashes = 0;
      const engine = {
        ...nodeEngine,
        sha256: (data: Uint8Array) => {
          hashes++;
          return nodeEngine.sha256(data);
        },
      };
      const { outcome } = run(n, {
        engine,
        parameters: { graph: { kind: 'harary', degree: 6 }, threshold: 4, tNoise: 6 },
      });
      assert.equal(outcome, 'completed');
      return hashes;
    };
    assert.ok(hashesOf(48) <= 2 * hashesOf(24));
  });
});
