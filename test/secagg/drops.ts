/** Platforms that drop out, and the allowed endings of the session. */
import assert from 'node:assert/strict';
import type { PlatformMessage } from '../../core/secagg/messages.ts';
import { defaultThreshold } from '../../core/secagg/parameters.ts';
import { plainSum, run } from './federation.ts';
import type { Result } from './federation.ts';

export function assertExactSum(result: Result, ringBits = 32): void {
  assert.equal(result.outcome, 'completed');
  const sum = result.sum!;
  const updates = result.summed.map((id) => result.updates.get(id)!);
  assert.deepEqual([...sum].map(BigInt), plainSum(updates, sum.length, ringBits));
}

/** The message of each stage. */
export const STAGES: readonly PlatformMessage['kind'][] = [
  'advertise-keys',
  'share-keys',
  'upload-request',
  'masked-chunk',
  'consistency-signature',
  'reveals',
];

/** Platform i drops before message `drops[i]` of STAGES, or never (6): the exact sum, or a clean typed end. */
export function checkDrops(drops: readonly number[]): void {
  const n = drops.length;
  const result = run(n, { parameters: { vectorLength: 33 }, diesBefore: (id) => STAGES[drops[Number(id.slice(1))]] });
  const stay = (stage: number): number => drops.filter((drop) => drop > stage).length;
  const t = defaultThreshold(n);
  const where = `drops ${drops.join()}`;
  if (STAGES.every((_, stage) => stay(stage) >= t)) {
    assertExactSum(result);
    assert.equal(result.summed.length, stay(3), where);
  } else {
    assert.equal(result.outcome, 'too-few-platforms', where);
    assert.equal(result.sum, null, where);
    // Only after the first grant: enough platforms have asked to upload.
    assert.equal(
      result.charged,
      [0, 1, 2].every((stage) => stay(stage) >= t),
      where,
    );
  }
}
