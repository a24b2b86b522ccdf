import assert from 'node:assert/strict';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { LawfulVector } from '../../core/transfer/training/linked-person.ts';

describe('a received vector in a contribution made at a target', () => {
  const values = Float32Array.of(1, 2);

  it('comes from public or charged views', () => {
    assert.equal(LawfulVector.of(encoderNamed('projection'), values).law, 'public');
    assert.equal(LawfulVector.of(encoderNamed('private-subspace'), values).law, 'charged');
  });

  it('never comes from views that are made from raw data', () => {
    for (const name of ['linear-bridge', 'subspace+plain-als']) {
      assert.throws(() => LawfulVector.of(encoderNamed(name), values), { code: 'TRANSFER_LAW' });
    }
  });
});
