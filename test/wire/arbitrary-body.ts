/** Any body the wire can carry, for properties and fuzzing. */
import fc from 'fast-check';
import { OUTCOMES } from '../../core/secagg/outcome.ts';
import { SecaggError } from '../../core/secagg/errors.ts';
import { SEALED_PACKET_BYTES, SHARE_COMMITMENT_BYTES } from '../../core/secagg/messages.ts';
import { MAIL_OUTCOMES } from '../../core/wire/body.ts';
import type { Body } from '../../core/wire/body.ts';
import type { LinkBody } from '../../core/wire/link-body.ts';
import type { SecaggMessage } from '../../core/wire/secagg-codec.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const anyBytes = fc.uint8Array({ maxLength: 300 });
const laid = (unit: number) => fc.nat(4).chain((count) => bytes(unit * count));
const text = (least: number, most = 40) =>
  fc.string({ minLength: least, maxLength: most, unit: fc.constantFrom('a', 'b', 'Ä', '漢', '-', '_', '.', ' ', '7') });
const floats = fc.float32Array({ maxLength: 20, noNaN: true });
const index = fc.nat(9_999);
const indices = fc.array(index, { maxLength: 8 });
const round = fc.integer({ min: 1, max: 1_000_000 });
const outcome = fc.constantFrom(...OUTCOMES);
const keys = {
  sealKey: bytes(32),
  maskKey: bytes(32),
  beaconCommitment: fc.oneof(bytes(32), bytes(0)),
  signature: bytes(64),
};

const secagg: fc.Arbitrary<SecaggMessage> = fc.oneof(
  fc.record({ kind: fc.constant('advertise-keys' as const), ...keys }),
  fc.record({
    kind: fc.constant('key-list' as const),
    entries: fc.array(fc.record({ platform: index, ...keys }), { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('beacon-reveal' as const), nonce: bytes(32) }),
  fc.record({ kind: fc.constant('beacon-list' as const), nonces: laid(32) }),
  fc.record({
    kind: fc.constant('share-keys' as const),
    sealed: laid(SEALED_PACKET_BYTES),
    commitments: laid(SHARE_COMMITMENT_BYTES),
    selfMaskCommitment: bytes(32),
  }),
  fc.record({
    kind: fc.constant('share-packets' as const),
    dealers: indices,
    sealed: laid(SEALED_PACKET_BYTES),
    commitments: laid(SHARE_COMMITMENT_BYTES),
  }),
  fc.record({ kind: fc.constant('upload-request' as const) }),
  fc.record({ kind: fc.constant('upload-grant' as const), next: index, limit: index }),
  fc.record({ kind: fc.constant('masked-chunk' as const), index, bytes: anyBytes }),
  fc.record({ kind: fc.constant('survivors' as const), platforms: indices }),
  fc.record({ kind: fc.constant('consistency-signature' as const), signature: bytes(64) }),
  fc.record({ kind: fc.constant('consistency-signatures' as const), platforms: indices, signatures: laid(64) }),
  fc.record({
    kind: fc.constant('reveals' as const),
    reveals: fc.array(
      fc.oneof(
        fc.record({ peer: index, selfMaskShare: bytes(32) }),
        fc.record({ peer: index, maskKeyShare: bytes(32) }),
      ),
      { maxLength: 5 },
    ),
  }),
  fc.record({
    kind: fc.constant('leave' as const),
    code: fc.constantFrom(...Object.keys(SecaggError.table)),
    about: fc.integer({ min: -1, max: 9_999 }),
    text: text(0),
  }),
  fc.record({ kind: fc.constant('rejection' as const), code: text(1), text: text(0) }),
  fc.record({ kind: fc.constant('session-end' as const), outcome, text: text(0) }),
);

export const anyBody: fc.Arbitrary<Body | LinkBody> = fc.oneof(
  fc.record({
    kind: fc.constant('status' as const),
    stage: text(1),
    fraction: fc.float({ min: 0, max: 1, noNaN: true }),
    prepared: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('attempt-start' as const),
    round,
    attempt: round,
    config: anyBytes,
    model: floats,
  }),
  fc.record({ kind: fc.constant('attempt-decline' as const), round, attempt: round, code: text(1), text: text(0) }),
  fc.record({
    kind: fc.constant('attempt-end' as const),
    round,
    attempt: fc.nat(1000),
    outcome,
    text: text(0),
    model: floats,
    completedRounds: fc.nat(1000),
  }),
  fc.record({
    kind: fc.constant('ledger-sync' as const),
    from: fc.nat(),
    entries: fc.array(anyBytes, { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('statement' as const),
    round,
    attempt: round,
    parametersHash: bytes(32),
    sealKey: bytes(32),
    maskKey: bytes(32),
    signature: bytes(64),
  }),
  fc.record({
    kind: fc.constant('last-keys' as const),
    round,
    attempt: round,
    parametersHash: bytes(32),
    keys: fc.record({ platform: index, ...keys }),
  }),
  fc.record({ kind: fc.constant('secagg' as const), message: secagg }),
  fc.record({
    kind: fc.constant('mail' as const),
    id: bytes(16),
    from: text(1, 32),
    to: text(1, 32),
    lifetimeSeconds: fc.integer({ min: 1, max: 1_000_000 }),
    sealed: anyBytes,
  }),
  fc.record({ kind: fc.constant('mail-receipt' as const), id: bytes(16), outcome: fc.constantFrom(...MAIL_OUTCOMES) }),
  fc.record({ kind: fc.constant('failure' as const), code: text(1), text: text(0), about: fc.nat() }),
  fc.record({ kind: fc.constant('ack' as const), handled: fc.nat() }),
  fc.record({
    kind: fc.constant('hello' as const),
    federation: text(1),
    manifestHash: bytes(32),
    manifestVersion: fc.integer({ min: 1, max: 10_000 }),
    nonce: bytes(16),
    link: fc.oneof(bytes(16), bytes(0)),
    received: fc.nat(),
  }),
  fc.record({
    kind: fc.constant('fragment' as const),
    transfer: fc.integer({ min: 1, max: 1000 }),
    index: fc.nat(100),
    count: fc.integer({ min: 1, max: 100 }),
    totalBytes: fc.integer({ min: 1, max: 1000 }),
    sha256: bytes(32),
    bytes: anyBytes,
  }),
);
