import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isthmus } from '../../proto/gen/isthmus.js';
import { OUTCOMES } from '../../core/federation/outcome.ts';
import { SECAGG_CODES } from '../../core/secagg/errors.ts';
import { SEALED_PACKET_BYTES, SHARE_COMMITMENT_BYTES } from '../../core/secagg/messages.ts';
import { decodeBody, encodeBody } from '../../core/wire/body-codec.ts';
import { MAIL_OUTCOMES } from '../../core/wire/body.ts';
import type { Body } from '../../core/wire/body.ts';
import { sealEnvelope, openEnvelope } from '../../core/wire/envelope.ts';
import { isWireError } from '../../core/wire/errors.ts';
import type { LinkBody } from '../../core/wire/link-body.ts';
import type { SecaggMessage } from '../../core/wire/secagg-codec.ts';
import { FrameSigner, FrameVerifier } from '../../core/wire/signing.ts';
import { testFederation } from './federation.ts';

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
    code: fc.constantFrom(...Object.keys(SECAGG_CODES)),
    about: fc.integer({ min: -1, max: 9_999 }),
    text: text(0),
  }),
  fc.record({ kind: fc.constant('rejection' as const), code: text(1), text: text(0) }),
  fc.record({ kind: fc.constant('session-end' as const), outcome, text: text(0) }),
);

const body: fc.Arbitrary<Body | LinkBody> = fc.oneof(
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

const decoded = (encoded: Uint8Array): Body | LinkBody => decodeBody(isthmus.Envelope.decode(new Uint8Array(encoded)));

describe('body codec', () => {
  it('gives back every body', () => {
    fc.assert(
      fc.property(body, (given) => {
        assert.deepEqual(decoded(encodeBody(given)), structuredClone(given));
      }),
      { numRuns: 1500 },
    );
  });

  it('refuses sizes and ranges, naming the field', () => {
    const wrong: readonly [isthmus.Envelope.$Properties, RegExp][] = [
      [{ status: { stage: 'x'.repeat(65) } }, /status\.stage has 65 characters/],
      [{ status: { stage: 'two\nlines' } }, /status\.stage holds control characters/],
      [{ status: { stage: 'x', fraction: 1.5 } }, /status\.fraction is 1\.5/],
      [{ attemptStart: { round: 1, attempt: 1, model: new Uint8Array(5) } }, /attempt_start\.model has 5 bytes/],
      [{ attemptStart: { round: 0, attempt: 1 } }, /attempt_start\.round is 0/],
      [{ attemptEnd: { round: 1, outcome: 'splendid' } }, /attempt_end\.outcome is none of completed/],
      [{ mail: { id: new Uint8Array(15) } }, /mail\.id has 15 bytes instead of 16/],
      [{ secagg: { reveals: { reveals: [{ peer: 1 }] } } }, /mask_key_share has 0 bytes/],
      [{ secagg: { reveals: { reveals: [{ peer: 10_000 }] } } }, /reveals\.peer is 10000/],
      [{ secagg: { shareKeys: { sealed: new Uint8Array(105) } } }, /share_keys\.sealed/],
      [{ secagg: { leave: { code: 'HAHA', about: -1 } } }, /leave\.code/],
      [{ secagg: {} }, /masked-sum message of a kind/],
      [{}, /no body/],
    ];
    for (const [envelope, message] of wrong) {
      assert.throws(
        () => decoded(isthmus.Envelope.encode(envelope).finish()),
        (error) => isWireError(error) && message.test(error.message),
        String(message),
      );
    }
  });

  it('a reveal holds one share: the wire has no place for both', () => {
    const both = isthmus.Reveal.encode({ peer: 3, selfMaskShare: new Uint8Array(32).fill(1) }).finish();
    const more = isthmus.Reveal.encode({ maskKeyShare: new Uint8Array(32).fill(2) }).finish();
    const reveal = isthmus.Reveal.decode(Buffer.concat([both, more]));
    assert.ok(!(reveal.selfMaskShare && reveal.maskKeyShare));
  });

  it('a leave keeps its text printable, whatever the error said', () => {
    const message = { kind: 'leave', code: 'SECAGG_CLOSED', about: -1, text: `a\nb${'c'.repeat(900)}` } as const;
    const given = decoded(encodeBody({ kind: 'secagg', message }));
    assert.ok(given.kind === 'secagg' && given.message.kind === 'leave');
    assert.equal(given.message.text, `a b${'c'.repeat(497)}`);
  });

  it('no field of the wire holds a count, a weight or a metric of persons', () => {
    const fields = Object.keys(isthmus).flatMap((name) => {
      const type = isthmus[name as keyof typeof isthmus] as { prototype: object };
      return Object.keys(type.prototype).map((field) => `${name}.${field}`);
    });
    const suspicious = fields.filter((field) =>
      /person|interaction|weight|example|loss|metric|accuracy|count/i.test(field),
    );
    // Fragments are counted, and sealed letters name the pseudonyms they are about.
    assert.deepEqual(suspicious, ['Fragment.count', 'ReleaseBatch.persons', 'ReleaseWithdrawal.persons']);
  });
});

describe('frames that were mutated or cut', () => {
  it('end in a typed error or a checked body, never in anything else', () => {
    const federation = testFederation();
    const { secretKey, publicKeys } = federation.of('alpha');
    const signer = new FrameSigner(secretKey);
    const verifier = new FrameVerifier(publicKeys.get('alpha')!);
    const connection = new Uint8Array(16).fill(1);
    const header = { sender: 'alpha', connection, sequence: 1, session: new Uint8Array(0) };
    const expected = { verifierOf: () => verifier, connection, maxFrameBytes: 1 << 16 };
    let survived = 0;
    const mutation = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(body, mutation, fc.boolean(), fc.boolean(), (given, changes, isCut, isSigned) => {
        let inner = encodeBody(given).slice();
        // Half are changed under a good signature, as a dishonest platform would: the body's checks must hold alone.
        const mutate = (target: Uint8Array): Uint8Array => {
          for (const [at, value] of changes)
            target[Math.min(target.length - 1, Math.floor(at * target.length))] = value;
          return isCut ? target.subarray(0, Math.floor(changes[0][0] * target.length)) : target;
        };
        if (isSigned) inner = mutate(inner).slice();
        let frame = sealEnvelope(header, inner, signer);
        if (!isSigned) frame = mutate(frame);
        try {
          decodeBody(openEnvelope(frame, expected).content);
          survived += 1;
        } catch (error) {
          assert.ok(isWireError(error), String(error));
        }
      }),
      { numRuns: 4000 },
    );
    assert.ok(survived > 0, 'some mutations hit what a body may freely say');
  });
});
