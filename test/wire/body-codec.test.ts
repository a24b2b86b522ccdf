import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isthmus } from '../../proto/gen/isthmus.js';
import { decodeBody, encodeBody } from '../../core/wire/body-codec.ts';
import type { Body } from '../../core/wire/body.ts';
import { WireError } from '../../core/wire/errors.ts';
import type { LinkBody } from '../../core/wire/link-body.ts';
import { anyBody } from './arbitrary-body.ts';
import { fuzzFrames } from './fuzz-frames.ts';

const decoded = (encoded: Uint8Array): Body | LinkBody => decodeBody(isthmus.Envelope.decode(new Uint8Array(encoded)));

describe('body codec', () => {
  it('gives back every body', () => {
    fc.assert(
      fc.property(anyBody, (given) => {
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
        (error) => error instanceof WireError && message.test(error.message),
        String(message),
      );
    }
  });

  it('of two bodies in one envelope the last one alone is read', () => {
    const [ack, failure] = [
      { kind: 'ack', handled: 1 },
      { kind: 'failure', code: 'X', text: '', about: 0 },
    ] as const;
    assert.deepEqual(decoded(Buffer.concat([encodeBody(ack), encodeBody(failure)])), failure);
    assert.deepEqual(decoded(Buffer.concat([encodeBody(failure), encodeBody(ack)])), ack);
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
    // Fragments are counted, and letters contain the pseudonyms that they are about.
    assert.deepEqual(suspicious, ['Fragment.count', 'ReleaseBatch.persons', 'ReleaseWithdrawal.persons']);
  });
});

describe('frames that were mutated or cut', () => {
  it('end in a typed error or a checked body, never in anything else', () => {
    const answers = fuzzFrames(3000, 1);
    for (const code of ['taken', 'WIRE_MALFORMED', 'WIRE_BAD_SIGNATURE', 'WIRE_OUT_OF_RANGE', 'WIRE_UNKNOWN_BODY']) {
      assert.ok((answers.get(code) ?? 0) > 0, `${code} among ${[...answers.keys()].join(', ')}`);
    }
  });
});
